/** The sizes at which damage is looked for: the picture itself and, of large ones, its halves. */
import type { Planar } from '../../../app/planar.ts';
import type { Level } from './features.ts';
import { halved } from './filters.ts';

/** Longer side from which a half is looked at too. */
const ENOUGH = 1200;

/** Luma and strength of colour, stretched to the picture's own range. */
export function levelOf(picture: Planar): Level {
  const { width, height, channels, data } = picture;
  const n = width * height;
  const luma = new Float32Array(n);
  const chroma = new Float32Array(n);
  if (channels === 1) luma.set(data.subarray(0, n));
  else
    for (let i = 0; i < n; i++) {
      const y = 0.299 * data[i] + 0.587 * data[n + i] + 0.114 * data[2 * n + i];
      luma[i] = y;
      chroma[i] = Math.hypot(data[i] - y, data[2 * n + i] - y);
    }
  const counts = new Uint32Array(1024);
  for (let i = 0; i < n; i++) counts[Math.min(1023, Math.max(0, Math.floor(luma[i] * 1024)))]++;
  const at = (share: number): number => {
    let sum = 0;
    for (let k = 0; k < 1024; k++) if ((sum += counts[k]) >= share * n) return (k + 0.5) / 1024;
    return 1;
  };
  const low = at(0.005);
  const range = Math.max(0.2, at(0.995) - low);
  for (let i = 0; i < n; i++) {
    luma[i] = (luma[i] - low) / range;
    chroma[i] /= range;
  }
  return { width, height, luma, chroma };
}

/** Finest first. */
export function levelsOf(picture: Planar): Level[] {
  const levels = [levelOf(picture)];
  while (Math.max(levels[levels.length - 1].width, levels[levels.length - 1].height) > ENOUGH) {
    const { width, height, luma, chroma } = levels[levels.length - 1];
    levels.push({
      width: (width + 1) >> 1,
      height: (height + 1) >> 1,
      luma: halved(luma, width, height),
      chroma: halved(chroma, width, height),
    });
  }
  return levels;
}
