/**
 * Cameras over light tables, drawn by chance (seeded) from what data sheets and published measurements of such
 * sensors and lamps span: white LEDs, halogen lamps and daylight tubes; red bands that peak between 595 and 620 nm,
 * green between 522 and 542, blue between 448 and 468, each with some sensitivity in its neighbours' part of the
 * spectrum. A density matrix that serves cameras one does not know is fitted to such a family and not to one
 * camera. None of them is one of the scanners that the accuracy script uses.
 */
import type { Scanner } from './scanner.ts';
import { daylight, lobe, planck, rise, type Spectrum, spectrum, whiteLed } from './spectra.ts';

/** Uniform numbers 0..1 from a seed (mulberry32). */
function uniform(seed: number): (low: number, high: number) => number {
  let state = seed >>> 0;
  return (low, high) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return low + ((high - low) * ((t ^ (t >>> 14)) >>> 0)) / 4294967296;
  };
}

/** `count` cameras, always the same for a seed. */
export function cameraFamily(count: number, seed: number): Scanner[] {
  const draw = uniform(seed);
  return Array.from({ length: count }, (_, i): Scanner => {
    const lamps: Spectrum[] = [
      whiteLed(draw(0.5, 1.1), draw(558, 592), draw(52, 70)),
      planck(draw(2800, 3400)),
      daylight(draw(4800, 6500)),
    ];
    const lamp = lamps[i % 3];
    const red = [draw(595, 620), draw(18, 28), draw(28, 40)];
    const green = [draw(522, 542), draw(28, 38), draw(28, 38)];
    const blue = [draw(448, 468), draw(20, 28), draw(22, 30)];
    const cut = draw(650, 690);
    const stray = Array.from({ length: 6 }, () => draw(0.01, 0.07));
    const bands: Scanner['bands'] = [
      spectrum(
        (l) =>
          (lobe(l, red[0], red[1], red[2]) + stray[0] * lobe(l, 532, 30) + stray[1] * lobe(l, 450, 25)) *
          (1 - rise(l, cut, 20)),
      ),
      spectrum(
        (l) =>
          lobe(l, green[0], green[1], green[2]) + stray[2] * lobe(l, 455, 22) + stray[3] * lobe(l, 605, 22),
      ),
      spectrum(
        (l) =>
          lobe(l, blue[0], blue[1], blue[2]) +
          stray[4] * lobe(l, 518, 24) +
          0.3 * stray[5] * lobe(l, 600, 25),
      ),
    ];
    return {
      name: `camera ${i + 1}`,
      heldOut: false,
      bands: bands.map((b) => b.map((v, k) => v * lamp[k])) as Scanner['bands'],
      exposure: 'camera',
      flare: 0.0008,
      read: 0.0003,
      shot: 8e-6,
      falloff: 0.04,
    };
  });
}
