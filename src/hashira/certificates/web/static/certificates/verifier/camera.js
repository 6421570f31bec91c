// Codes from the camera and from pictures, where the browser reads codes itself; and single pictures of the
// camera for those that do not.

const LONGEST_SIDE = 1600;
const PAUSE = 100;

/** A detector of QR codes, or null. */
export async function detector() {
  if (!("BarcodeDetector" in window)) return null;
  const formats = await BarcodeDetector.getSupportedFormats().catch(() => []);
  return formats.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
}

/** Whether there is a camera that a page may ask for. */
export const hasCamera = () => Boolean(navigator.mediaDevices?.getUserMedia);

/** Shows the camera; answers with `stop()`. */
export async function openCamera(video) {
  const wanted = { facingMode: "environment", width: { ideal: 1920 } };
  const stream = await navigator.mediaDevices.getUserMedia({ video: wanted });
  video.srcObject = stream;
  try {
    await video.play();
  } catch (error) {
    stream.getTracks().forEach((track) => track.stop());
    throw error;
  }
  return () => {
    stream.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
  };
}

/** Gives the codes that come into sight to `seen`, until it answers true or the camera is closed. */
export async function watch(video, reader, seen) {
  while (video.srcObject) {
    const codes = await reader.detect(video).catch(() => []);
    const texts = codes.map((code) => code.rawValue).filter(Boolean);
    if (video.srcObject && texts.length && seen(texts)) return;
    await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
  }
}

/** What the camera shows at this moment, as a picture. */
export function picture(video) {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(video.videoWidth, video.videoHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", 0.9); });
}

/** The texts of the codes in a picture. */
export async function codesIn(file, reader) {
  const image = await createImageBitmap(file);
  try {
    return (await reader.detect(image)).map((code) => code.rawValue).filter(Boolean);
  } finally {
    image.close();
  }
}
