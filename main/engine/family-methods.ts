/**
 * The engine's methods behind models, the colour memory, prints on one scan and the sheet of a batch: thin functions over
 * what the actions and the file layer do.
 */
import { RevealError } from '../../app/contract/messages.ts';
import { proposeColours, rememberColour, choiceFeatures, type Place } from '../actions/colorize/index.ts';
import type { ColourPlan } from '../actions/colorize/index.ts';
import { ContactSheet } from '../files/contact-sheet.ts';
import { decodeRgb, type Rgb8 } from '../files/index.ts';
import type { CallContext, Methods } from './core.ts';
import type { Previews } from './preview.ts';
import type { PixelsTask, DevelopContext } from './protocol.ts';
import type { DevelopParams } from '../../app/recipe/develop.ts';
import { untilAborted } from './until-aborted.ts';
import type { Workshop } from './workshop.ts';

type FamilyMethod = 'measureModel' | 'rememberColours' | 'proposeColours' | 'contactSheet';

/** What a plan tells of the picture's places; null: its network gives no features. */
export function placeOf(plan: ColourPlan): Place | null {
  const features = choiceFeatures(plan);
  if (!features || !plan.network) return null;
  const { grid, cells } = plan;
  const lightness = new Float32Array(cells.width * cells.height);
  for (let j = 0; j < cells.height; j++)
    for (let i = 0; i < cells.width; i++) {
      const x0 = Math.floor((i * grid.width) / cells.width);
      const x1 = Math.max(x0 + 1, Math.floor(((i + 1) * grid.width) / cells.width));
      const y0 = Math.floor((j * grid.height) / cells.height);
      const y1 = Math.max(y0 + 1, Math.floor(((j + 1) * grid.height) / cells.height));
      let sum = 0;
      for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) sum += plan.lightness[y * grid.width + x];
      lightness[j * cells.width + i] = sum / ((x1 - x0) * (y1 - y0));
    }
  return { features, lightness, network: plan.network.sha256 };
}

export function familyMethods(shop: Workshop, previews: Previews): Pick<Methods, FamilyMethod> {
  /** The picture's places as the network sees them without anybody's hints: what was said of it must not colour what it looks like. */
  async function placesOf(
    task: { path: string; params: DevelopParams; context: DevelopContext },
    signal: AbortSignal,
  ): Promise<Place | null> {
    const params = { ...task.params, colour: { ...task.params.colour, hints: [] } };
    const renewal = await shop.renewals.of({ ...task, params }, 'srgb', 'shown', signal);
    return placeOf(await untilAborted(renewal.colours(), signal));
  }

  return {
    measureModel: async ({ task, name }, { signal }) => {
      const { measureModel } = await import('./measure-model.ts');
      const found = await measureModel(task, name, (t, n) => shop.renewals.network(t, n), signal);
      return { ...found, device: await shop.renewals.networks.device() };
    },

    rememberColours: async ({ hints, ...task }, { signal }) => {
      const place = await placesOf(task, signal);
      return { memories: hints.map((hint) => place && rememberColour(place, hint)) };
    },

    proposeColours: async ({ memory, ...task }, { signal }) => {
      const place = memory.length === 0 ? null : await placesOf(task, signal);
      return { hints: place ? proposeColours(memory, place) : [] };
    },

    contactSheet: async ({ output, title, pictures }, call) => {
      const sheet = new ContactSheet(pictures.length, title);
      const { tile } = sheet.layout;
      let laid = 0;
      for (const [i, one] of pictures.entries()) {
        if (call.signal.aborted) throw new RevealError('cancelled', 'Cancelled.');
        const before = await beforeOf(previews, one, tile, call).catch(missing);
        const after = one.after
          ? await decodeRgb(one.after, one.caption, { shortSide: tile }).catch(missing)
          : null;
        await sheet.place(i, before, after, one.caption);
        if (before || after) laid++;
        call.progress('sheet', i + 1, pictures.length);
      }
      await sheet.write(output);
      return { width: sheet.layout.width, height: sheet.layout.height, pictures: laid };
    },
  };
}

/** A picture that cannot be read leaves its place empty; a cancelled sheet is none. */
function missing(error: unknown): null {
  if (error instanceof RevealError && error.code === 'cancelled') throw error;
  return null;
}

/** The picture as it was, by the same path that the window shows it. */
async function beforeOf(
  previews: Previews,
  one: { path: string; params: DevelopParams; context: DevelopContext; show: 'film' | 'developed' },
  side: number,
  { signal }: CallContext,
): Promise<Rgb8> {
  const request: PixelsTask['request'] = {
    params: one.params,
    show: one.show,
    geometry: true,
    view: { x: 0, y: 0, w: 1, h: 1 },
    maxWidth: side,
    maxHeight: side,
    space: 'srgb',
  };
  const { header, rgba } = await previews.answer({ path: one.path, request, context: one.context }, signal);
  const { width, height } = header;
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) for (let c = 0; c < 3; c++) data[i * 3 + c] = rgba[i * 4 + c];
  return { width, height, data };
}
