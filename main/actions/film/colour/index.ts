/**
 * Colour for a grey reel (the recipe's step `colour`). Chroma is made at low resolution by the colorist on key frames of
 * each shot and carried along by motion; one palette holds for a shot and for all shots of its scene; what a person set on
 * a key frame, the shot follows. Luma planes come out bit for bit. `colourFrame` colours one frame for the window.
 */
import type { Frame, FrameFormat } from '../../../../app/film/frame.ts';
import type { ReelStep, ShotContext, StepNetwork } from '../../../../app/film/step.ts';
import type { FilmParams } from '../../../../app/recipe/film.ts';
import { RevealError } from '../../../../app/contract/messages.ts';
import { say } from '../../../../app/words/sentences.ts';
import { chromaModels, colouredFormat, writeChroma } from './chroma.ts';
import { colourObserver } from './look.ts';
import { ColourWork, confidenceView, coloursOfFrame, gapOf, prepareShot, RULED } from './work.ts';

export { colouredFormat } from './chroma.ts';
export type { ColourMeasures, Look } from './look.ts';

type Params = FilmParams['colour'];

async function colorist({ networks }: Pick<ShotContext, 'networks'>, params: Params): Promise<StepNetwork> {
  const network = (await networks?.open('colorist', params.model)) ?? null;
  if (!network) throw new RevealError('not-found', say('film-no-colorist'));
  return network;
}

/** The step `colour` of a reel. Frames of a film without chroma planes come out as 4:2:0. */
export const colourStep: ReelStep<Params> = {
  name: 'colour',
  observe: colourObserver,
  observes: () => null,
  gives: colouredFormat,
  async begin(context, params) {
    return new ColourWork(context, await prepareShot(context, params, await colorist(context, params)));
  },
  holds: (params) => 2 * gapOf(params) + 1,
  // From the key frame before a part to the one after it all is as in the whole shot; what a person set goes on longer.
  reach: (params, fixed) => ({
    before: (fixed ? RULED + 1 : 2) * (gapOf(params) + 2),
    after: 2 * gapOf(params) + 2,
  }),
};

export interface ColouredFrame {
  frame: Frame;
  format: FrameFormat;
  /** How sure the colours are, 0..255 for each pixel of luma. */
  confidence: Uint8Array;
}

/**
 * One frame in colour, for the preview: what the network, the shot's palette and a key frame set on this very frame say.
 * Frames between key frames come out of a whole shot a little steadier.
 * @param context as the shot's; the frame's planes are not changed
 * @throws RevealError 'not-found' when there is no colorist
 */
export async function colourFrame(
  context: ShotContext,
  params: Params,
  frame: Frame,
): Promise<ColouredFrame> {
  const shot = await prepareShot(context, params, await colorist(context, params));
  const { reader } = shot;
  const grey = reader.grey(frame);
  const colours = await coloursOfFrame(shot, frame.index, grey);
  const grain = reader.grain(frame);
  const weight = colours.sure.map((v) => 0.3 + 0.7 * v);
  const format = colouredFormat(context.format);
  const models = chromaModels(grey, colours, weight, reader.grid, context.format, grain);
  const own = { ...frame, planes: frame.planes.map((plane) => plane.slice()) };
  return {
    frame: writeChroma(own, reader, format, models, reader.guide(frame, grain), params.saturation),
    format,
    confidence: confidenceView(reader, weight),
  };
}
