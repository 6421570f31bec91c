// Codes from the camera and from pictures, where the browser reads codes itself.

/** A detector of QR codes, or null. */
export async function detector() {
  if (!("BarcodeDetector" in window)) return null;
  const formats = await BarcodeDetector.getSupportedFormats().catch(() => []);
  return formats.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
}

/** Shows the camera and gives each code that comes into sight to `seen`, until it answers true or `stop()`. */
export async function watch(video, reader, seen) {
  const wanted = { facingMode: "environment", width: { ideal: 1920 } };
  const stream = await navigator.mediaDevices.getUserMedia({ video: wanted });
  let open = true;
  const stop = () => {
    open = false;
    stream.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
  };
  video.srcObject = stream;
  await video.play();
  (async () => {
    while (open) {
      const codes = await reader.detect(video).catch(() => []);
      if (open && codes.some((code) => code.rawValue && seen(code.rawValue))) stop();
      await new Promise(requestAnimationFrame);
    }
  })();
  return stop;
}

/** The texts of the codes in a picture. */
export async function codesIn(file, reader) {
  const picture = await createImageBitmap(file);
  try {
    return (await reader.detect(picture)).map((code) => code.rawValue).filter(Boolean);
  } finally {
    picture.close();
  }
}
