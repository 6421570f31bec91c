// Reads a code from the camera. Where the browser knows codes itself, the form is sent as soon as one is seen;
// elsewhere a person takes the picture, and the server reads it.

const scanner = document.querySelector("[data-scanner]");
const form = document.querySelector("[data-scanner-form]");
if (scanner && form && navigator.mediaDevices?.getUserMedia) {
  const view = scanner.querySelector("[data-scanner-view]");
  const video = scanner.querySelector("video");
  const status = scanner.querySelector("[data-scanner-status]");
  const button = (name) => scanner.querySelector(`button[name="${name}"]`);
  const longestSide = 1600;
  let stream = null;

  const close = () => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    view.hidden = true;
    button("open").hidden = false;
    button("open").focus();
  };

  const send = (fill) => {
    form.reset();
    fill();
    close();
    form.requestSubmit();
  };

  const watch = async () => {
    if (!("BarcodeDetector" in window)) return;
    if (!(await BarcodeDetector.getSupportedFormats()).includes("qr_code")) return;
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    while (stream) {
      const [code] = await detector.detect(video).catch(() => []);
      if (stream && code?.rawValue) {
        send(() => { form.elements.text.value = code.rawValue; });
        return;
      }
      await new Promise(requestAnimationFrame);
    }
  };

  button("open").addEventListener("click", async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1920 } } });
    } catch {
      status.textContent = status.dataset.refused;
      return;
    }
    video.srcObject = stream;
    view.hidden = false;
    button("open").hidden = true;
    await video.play();
    status.textContent = status.dataset.open;
    button("take").focus();
    watch();
  });

  button("take").addEventListener("click", () => {
    const scale = Math.min(1, longestSide / Math.max(video.videoWidth, video.videoHeight));
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth * scale;
    canvas.height = video.videoHeight * scale;
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((picture) => {
      const files = new DataTransfer();
      files.items.add(new File([picture], "camera.png", { type: "image/png" }));
      send(() => { form.elements.camera.files = files.files; });
    }, "image/png");
  });

  button("close").addEventListener("click", close);
  window.addEventListener("pagehide", () => stream?.getTracks().forEach((track) => track.stop()));
  scanner.hidden = false;
}
