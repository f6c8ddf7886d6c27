/**
 * Make-believe restoring for the screens: a scratch, some dust and a torn corner on every print, repaired where the
 * recipe says so, with mask, labels, changes and confidence; marks and hints follow the geometry of the picture. It
 * looks like what an engine would send and measures nothing. Never in the product.
 */
import { evidenceColours, type PixelsRequest } from '../../app/contract/pixels.ts';
import { onPicture, type Place } from '../../app/place.ts';
import type { DevelopParams } from '../../app/recipe/develop.ts';
import type { Mark } from '../../app/recipe/marks.ts';
import { chance } from './data.ts';

type Context = OffscreenCanvasRenderingContext2D;
type Quarter = '0' | '90' | '180' | '270';

/** Where a picture of `width` x `height` scan pixels lies when turned and mirrored; a crop cuts it, tilt is left out. */
export function mockPlace(params: DevelopParams, width: number, height: number, geometry: boolean): Place {
  const { frame } = params;
  const turns: Record<Quarter, readonly [number, number, number, number]> = {
    '0': [1, 0, 0, 1],
    '90': [0, 1, -1, 0],
    '180': [-1, 0, 0, -1],
    '270': [0, -1, 1, 0],
  };
  const [p, q, r, s] = turns[frame.rotate];
  const m = frame.mirror ? -1 : 1;
  const c = geometry && frame.crop ? frame.crop : { x: 0, y: 0, w: 1, h: 1 };
  // Shown (u, v) about the centre, mirrored, then turned back onto the scan.
  const a = p * m * c.w;
  const b = q * c.w;
  const d = r * m * c.h;
  const e = s * c.h;
  return {
    map: [a, b, c.x + c.w / 2 - (a + b) / 2, d, e, c.y + c.h / 2 - (d + e) / 2],
    width,
    height,
  };
}

/** Damage that every make-believe print has, as marks. */
function damageOf(id: number): Mark[] {
  const dot = (n: number): Mark => ({
    tool: 'brush',
    points: [[chance(id * 31 + n), chance(id * 17 + n * 3)]],
    radius: 0.002 + 0.003 * chance(n),
    from: null,
  });
  const x = 0.25 + 0.4 * chance(id * 3);
  return [
    {
      tool: 'line',
      points: [
        [x, 0],
        [x + 0.02, 0.4],
        [x + 0.015, 1],
      ],
      radius: 0.0016,
      from: null,
    },
    {
      tool: 'lasso',
      points: [
        [0.88, 0],
        [1, 0],
        [1, 0.13],
        [0.95, 0.09],
      ],
      radius: 0,
      from: null,
    },
    ...Array.from({ length: 14 }, (_, n) => dot(n)),
  ];
}

function draw(context: Context, marks: readonly Mark[], place: Place, w: number, h: number, colour: string) {
  context.save();
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.strokeStyle = colour;
  context.fillStyle = colour;
  const [a, , , d] = place.map;
  const scale = w / Math.max(1e-6, Math.hypot(a * place.width, d * place.height));
  for (const mark of marks) {
    context.beginPath();
    mark.points.forEach(([x, y], i) => {
      const at = onPicture(place, { x, y });
      if (i === 0) context.moveTo(at.x * w, at.y * h);
      else context.lineTo(at.x * w, at.y * h);
    });
    if (mark.tool === 'lasso' || mark.tool === 'spare') context.fill();
    else {
      const [x, y] = mark.points[0];
      const at = onPicture(place, { x, y });
      if (mark.points.length === 1) context.lineTo(at.x * w + 0.01, at.y * h);
      context.lineWidth = Math.max(1.5, 2 * mark.radius * Math.max(place.width, place.height) * scale);
      context.stroke();
    }
  }
  context.restore();
}

const css = (c: readonly number[], alpha = 1): string => `rgb(${c.join(' ')} / ${alpha})`;

/** Puts damage, repairs and views over a painted picture. `whole`: a second canvas with the undamaged picture. */
export function mockRestore(
  context: Context,
  request: PixelsRequest,
  params: DevelopParams,
  place: Place,
  w: number,
  h: number,
  grey: boolean,
): void {
  const { repair, ageing, colour } = params;
  const found = repair.find === 'auto' ? damageOf(request.itemId) : [];
  const asked = repair.marks.filter((m) => m.tool !== 'erase' && m.tool !== 'spare');
  const spared = repair.marks.filter((m) => m.tool === 'erase' || m.tool === 'spare');
  const show = request.show ?? 'developed';
  const before = show === 'film' || show === 'damage';
  const repaired = repair.on && !before;
  if (grey && colour.on && !before) {
    context.globalCompositeOperation = 'color';
    context.fillStyle = '#9a7a58';
    context.globalAlpha = Math.min(1, 0.6 * colour.saturation);
    context.fillRect(0, 0, w, h);
    for (const hint of colour.hints) {
      const at = onPicture(place, hint);
      const glow = context.createRadialGradient(at.x * w, at.y * h, 0, at.x * w, at.y * h, w * 0.16);
      glow.addColorStop(0, css(hint.colour.map((v) => Math.round(v * 255))));
      glow.addColorStop(
        1,
        css(
          hint.colour.map((v) => Math.round(v * 255)),
          0,
        ),
      );
      context.globalAlpha = 1;
      context.fillStyle = glow;
      context.fillRect(0, 0, w, h);
    }
    context.globalAlpha = 1;
    context.globalCompositeOperation = 'source-over';
  }
  if (!ageing.on || before) {
    context.fillStyle = 'rgba(222, 196, 140, 0.22)';
    context.fillRect(0, 0, w, h);
  }
  if (!repaired) draw(context, damageOf(request.itemId), place, w, h, '#f4efe4');
  else if (spared.length > 0) draw(context, spared, place, w, h, 'rgba(244, 239, 228, 0.6)');
  if (show === 'damage' && repair.on) {
    draw(context, [...found, ...asked], place, w, h, 'rgba(235, 40, 30, 0.75)');
  } else if (show === 'labels' && repair.on) {
    draw(context, found.slice(0, 1), place, w, h, css(evidenceColours.real, 0.8));
    draw(context, found.slice(1, 2), place, w, h, css(evidenceColours.invented, 0.8));
    draw(context, [...found.slice(2), ...asked], place, w, h, css(evidenceColours.interpolated, 0.8));
  } else if (show === 'changes') {
    context.fillStyle = '#000';
    context.fillRect(0, 0, w, h);
    context.fillStyle = ageing.on ? '#2a2a2a' : '#000';
    context.fillRect(0, 0, w, h);
    if (repair.on) draw(context, [...found, ...asked], place, w, h, '#fff');
  } else if (show === 'confidence') {
    const ramp = context.createLinearGradient(0, 0, w, h);
    ramp.addColorStop(0, '#e8e8e8');
    ramp.addColorStop(1, '#3a3a3a');
    context.fillStyle = ramp;
    context.fillRect(0, 0, w, h);
  }
}
