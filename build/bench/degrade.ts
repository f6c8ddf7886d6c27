/**
 * How long a training sample takes to degrade: milliseconds a sample for every preset and, with --each, for every single
 * degradation, on one thread. The first figure is processor time, which other programs on the machine hardly change;
 * the others are by the clock.
 *
 *   node build/bench/degrade.ts [--size 128] [--samples 300] [--each]
 */
import { parseArgs } from 'node:util';
import { degrade, DEGRADATIONS, greyInput, PRESETS } from '../../app/degrade/index.ts';
import { planar, type Planar } from '../../app/planar.ts';
import { seeded } from '../../app/random.ts';

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '128' },
    samples: { type: 'string', default: '300' },
    each: { type: 'boolean', default: false },
  },
});
const size = Number(values.size);
const samples = Number(values.samples);

/** Patches of colour with soft borders and some texture: no step may profit from an even picture. */
function scene(seed: number): Planar {
  const random = seeded('scene', seed);
  const picture = planar(size, size, 3);
  for (let c = 0; c < 3; c++) {
    const a = random.uniform(0.02, 0.2);
    const b = random.uniform(0.02, 0.2);
    for (let i = 0; i < size * size; i++) {
      const v = 0.5 + 0.4 * Math.sin(a * (i % size) + c) * Math.cos(b * Math.floor(i / size));
      picture.data[c * size * size + i] = Math.min(1, Math.max(0, v + 0.05 * (random.next() - 0.5)));
    }
  }
  return picture;
}
const scenes = Array.from({ length: 8 }, (_, i) => scene(i));

function measure(name: string, make: (picture: Planar, i: number) => void): void {
  for (let i = 0; i < Math.min(60, samples); i++) make(scenes[i % 8], i);
  const times: number[] = [];
  const before = process.cpuUsage();
  for (let i = 0; i < samples; i++) {
    const start = performance.now();
    make(scenes[i % 8], i);
    times.push(performance.now() - start);
  }
  const used = process.cpuUsage(before);
  const cpu = (used.user + used.system) / 1000 / samples;
  times.sort((a, b) => a - b);
  const mean = times.reduce((a, b) => a + b, 0) / times.length;
  const at = (q: number): string => times[Math.floor(q * (times.length - 1))].toFixed(2);
  console.log(
    `${name.padEnd(18)} processor ${cpu.toFixed(2).padStart(6)} ms   clock ${mean.toFixed(2).padStart(6)} ms   median ${at(0.5)}   95 % ${at(0.95)}   most ${at(1)}`,
  );
}

console.log(`${size} x ${size}, ${samples} samples, one thread`);
for (const preset of PRESETS)
  measure(preset, (picture, i) => {
    degrade(picture, preset, ['bench', i]);
  });
measure('greyInput', (picture, i) => {
  greyInput(picture, ['bench', i]);
});
if (values.each)
  for (const d of DEGRADATIONS)
    measure(`  ${d.name}`, (picture, i) => {
      d.apply(picture, seeded('bench', d.name, i));
    });
