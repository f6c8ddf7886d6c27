/** The grey-world correction: channels multiplied, in linear light, so that their means are equal. */
import { planar, type Planar } from '../../../app/planar.ts';
import { srgbDecode, srgbEncode } from '../film/colour.ts';

export function greyWorld(picture: Planar): Planar {
  const n = picture.width * picture.height;
  const means = [0, 1, 2].map((c) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += srgbDecode(picture.data[c * n + i]);
    return Math.max(1e-4, sum / n);
  });
  const all = (means[0] + means[1] + means[2]) / 3;
  const out = planar(picture.width, picture.height, 3);
  for (let c = 0; c < 3; c++)
    for (let i = c * n; i < (c + 1) * n; i++)
      out.data[i] = srgbEncode(Math.min(1, (srgbDecode(picture.data[i]) * all) / means[c]));
  return out;
}
