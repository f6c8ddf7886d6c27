/**
 * Throughput of colour on a reel: decode, colour and encode together, in seconds of processor time, those of ffmpeg
 * included (a machine that others use tells little by the clock). Usage:
 *   node build/bench/film-colour.ts [--film market_street_1906.mp4] [--height 480] [--frames 120] [--threads 2]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { planeSizes, type Frame } from '../../app/film/frame.ts';
import type { StepNetworks } from '../../app/film/step.ts';
import { colourStep, colouredFormat } from '../../main/actions/film/colour/index.ts';
import { ffmpegTool } from '../../main/engine/ffmpeg-frames.ts';
import { analysisOf, FILMS, haveFilms, networksOn, readClip } from '../eval/film-colour/clips.ts';

const { values } = parseArgs({
  options: {
    film: { type: 'string', default: 'market_street_1906.mp4' },
    height: { type: 'string', default: '480' },
    frames: { type: 'string', default: '120' },
    threads: { type: 'string', default: '2' },
  },
});
if (!haveFilms()) {
  console.log(`no sample films in ${FILMS}`);
  process.exit(0);
}
/** Processor seconds of this process and of those it waited for. */
function spent(): { own: number; children: number } {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ').map(Number);
  return { own: (fields[11] + fields[12]) / 100, children: (fields[13] + fields[14]) / 100 };
}

const tool = await ffmpegTool();
const dir = mkdtempSync(path.join(tmpdir(), 'revelado-colour-'));
const engine = networksOn(Number(values.threads));
const networks = engine.with() as StepNetworks;
// Pass one reads the film once more, to luma alone; it is counted with the rest.
const start = spent();
const clip = readClip(values.film, { height: Number(values.height), frames: Number(values.frames) });
const decoded = spent();
const analysis = analysisOf(clip);
const looked = spent();
const format = colouredFormat(clip.format);
const file = path.join(dir, 'out.mp4');
const encoder = spawn(
  tool.path,
  [
    ...['-v', 'error', '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${format.width}x${format.height}`],
    ...['-r', '24', '-i', 'pipe:0', '-c:v', 'libx264', '-crf', '16', '-threads', values.threads, '-y', file],
  ],
  { stdio: ['pipe', 'inherit', 'inherit'] },
);
let count = 0;
const sizes = planeSizes(format);
async function write(frames: readonly Frame[]): Promise<void> {
  for (const frame of frames) {
    count++;
    for (const [p, plane] of frame.planes.entries()) {
      if (plane.length !== sizes[p].width * sizes[p].height) throw new Error('a plane of another size');
      if (!encoder.stdin.write(plane)) await once(encoder.stdin, 'drain');
    }
  }
}
let keys = 0;
for (const shot of analysis.shots) {
  const params = { on: true, model: '', saturation: 1, steadiness: 0.8 };
  const work = await colourStep.begin({ format: clip.format, shot, analysis, seed: 1, networks }, params);
  for (let i = shot.first; i <= shot.last; i++) await write(await work.push(clip.frames[i]));
  await write(await work.end());
  keys += work.report().keyFrames;
}
encoder.stdin.end();
await once(encoder, 'close');
const end = spent();
const ms = (from: number, to: number): string => ((1000 * (to - from)) / count).toFixed(0);
const total = end.own + end.children - start.own - start.children;
console.log(`${clip.name} ${format.width}x${format.height}, ${count} frames, ${keys} key frames`);
console.log(
  `processor ms a frame: decode ${ms(start.children, decoded.children)}, pass one ${ms(decoded.own, looked.own)}, colour ${ms(looked.own, end.own)}, encode ${ms(looked.children, end.children)}, all ${((1000 * total) / count).toFixed(0)}`,
);
console.log(
  `that is ${(count / (total / 2)).toFixed(1)} frames a second on two cores; ${statSync(file).size} bytes`,
);
rmSync(dir, { recursive: true });
await engine.close();
process.exit(0);
