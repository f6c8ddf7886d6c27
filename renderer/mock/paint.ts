/** Draws make-believe pictures: a sky, a sun, hills and water, different for each id. Never in the product. */
import { chance } from './data.ts';

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** A landscape into w x h; `film` shows it as an orange-masked negative, `grey` without colour. */
export function paint(
  context: Context,
  id: number,
  w: number,
  h: number,
  film: boolean,
  grey: boolean,
): void {
  const hue = Math.floor(chance(id * 7) * 360);
  const night = chance(id * 13) < 0.2;
  const sky = context.createLinearGradient(0, 0, 0, h * 0.7);
  const light = night ? 12 : 62;
  sky.addColorStop(0, `hsl(${210 + chance(id) * 30} ${night ? 40 : 45}% ${light - 8}%)`);
  sky.addColorStop(1, `hsl(${28 + chance(id * 3) * 20} ${night ? 30 : 62}% ${light + 18}%)`);
  context.fillStyle = sky;
  context.fillRect(0, 0, w, h);
  const x = w * (0.2 + 0.6 * chance(id * 5));
  const y = h * (0.2 + 0.3 * chance(id * 11));
  const glow = context.createRadialGradient(x, y, 0, x, y, h * 0.5);
  glow.addColorStop(0, 'rgba(255,244,214,.95)');
  glow.addColorStop(0.12, 'rgba(255,236,190,.6)');
  glow.addColorStop(1, 'rgba(255,236,190,0)');
  context.fillStyle = glow;
  context.fillRect(0, 0, w, h);
  for (let layer = 0; layer < 4; layer++) {
    const base = h * (0.52 + layer * 0.12);
    context.fillStyle = `hsl(${(hue + layer * 22) % 360} ${22 + layer * 5}% ${(night ? 16 : 46) - layer * 9}%)`;
    context.beginPath();
    context.moveTo(0, h);
    for (let i = 0; i <= 40; i++) {
      const t = i / 40;
      const wave =
        Math.sin(t * 5 + chance(id + layer) * 9) * 0.05 +
        Math.sin(t * 13 + chance(id * 2 + layer) * 9) * 0.02;
      context.lineTo(t * w, base - wave * h);
    }
    context.lineTo(w, h);
    context.fill();
  }
  if (!film && !grey) return;
  const image = context.getImageData(0, 0, w, h);
  const d = image.data;
  for (let i = 0; i < d.length; i += 4) {
    if (grey) d[i] = d[i + 1] = d[i + 2] = 0.3 * d[i] + 0.6 * d[i + 1] + 0.1 * d[i + 2];
    if (!film) continue;
    const mask = grey ? [205, 205, 203] : [232, 142, 88];
    for (let c = 0; c < 3; c++) d[i + c] = mask[c] * (1 - (0.82 * d[i + c]) / 255);
  }
  context.putImageData(image, 0, 0);
}
