// A verdict to hear: one rising pair for a genuine certificate, one falling for a bad one, two equal low ones for
// a doubt. The shapes differ as much as on the screen.

const MELODIES = { good: [660, 880], bad: [440, 220], doubt: [330, 330], unknown: [294, 294, 294] };
const NOTE = 0.18;

let context = null;

export function play(family) {
  try {
    context ??= new AudioContext();
    if (context.state === "suspended") context.resume();
    const melody = MELODIES[family];
    for (const [i, pitch] of melody.entries()) {
      const start = context.currentTime + i * NOTE;
      const tone = context.createOscillator(), loudness = context.createGain();
      tone.frequency.value = pitch;
      loudness.gain.setValueAtTime(0.2, start);
      loudness.gain.exponentialRampToValueAtTime(0.001, start + NOTE);
      tone.connect(loudness).connect(context.destination);
      tone.start(start);
      tone.stop(start + NOTE);
    }
  } catch {
    // A device without sound has the words and the shape.
  }
}
