/**
 * Takes weights that came back from models/pretrain into the project: checks them against their network, copies them to
 * models/NAME/weights.rvw, and fills in the card: hash, width, minutes, hardware, pictures, and figures with the
 * command that measured them.
 *
 *   node build/pretrain/adopt.ts --from DIR [--networks colorist,one] [--models models]
 *                                [--photographs TEXT] [--figures FILE.json --measured-by COMMAND]      (Node 24)
 *
 * --from is a folder with NAME.rvw and log.jsonl as train.py wrote them. Without --figures the card gets the last figures
 * of the log, which come from training pictures that were held back; FILE.json holds {NAME: {figure: number}} from
 * `revelado eval` on test pictures and is what belongs on a card that is published. --photographs says what the
 * pictures were and on what terms.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { decodeWeights, pickWeights } from '../../app/graph/weights.ts';
import {
  modelCardSchema,
  networkParameters,
  networks,
  WIDTHS,
  type ModelCard,
  type Network,
} from '../../models/index.ts';

const MOST = 15 * 1024 * 1024;

/** What train.py wrote into the header of weights. */
interface Facts {
  network: string;
  width: string;
  seconds: number;
  steps: number;
  images: number;
  hardware: string;
  pictures: number;
}
type Figures = Record<string, number>;

/** The last figures of a network in a log. */
export function lastFigures(log: string, network: string): Figures | null {
  let found: Figures | null = null;
  for (const line of log.split('\n').filter((l) => l.trim() !== '')) {
    const entry = JSON.parse(line) as { event?: string; network?: string; figures?: Figures };
    if (entry.event === 'figures' && entry.network === network && entry.figures) found = entry.figures;
  }
  return found;
}

/**
 * The card of weights that were checked.
 * @throws Error when the weights are not those of the network, are too large, or hold a number that is not finite
 */
export function adoptedCard(
  card: ModelCard,
  network: Network,
  bytes: Uint8Array,
  about: { photographs: string; figures: Figures; measuredBy: string | null },
): ModelCard {
  if (bytes.length > MOST)
    throw new Error(`${network.name}: ${bytes.length} bytes; at most 15 MiB are shipped`);
  const file = decodeWeights(bytes, network.name);
  const facts = file.meta as unknown as Facts;
  const width = WIDTHS.find((w) => w === facts.width);
  if (facts.network !== network.name || !width)
    throw new Error(`${network.name}: these are weights of ${facts.network} (${facts.width})`);
  const numbers = pickWeights(file, networkParameters(network, width), network.name);
  if (!numbers.every((data) => data.every(Number.isFinite)))
    throw new Error(`${network.name}: a weight is not a finite number`);
  const version = String(Number.parseInt(card.version, 10) + 1);
  return modelCardSchema.parse({
    ...card,
    version,
    width,
    weights: 'weights.rvw',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    trainedOn: `${facts.pictures} photographs, ${(facts.seconds / 60).toFixed(1)} minutes on ${facts.hardware}, ${facts.steps} steps, ${(facts.images / 1e6).toFixed(2)} million samples (models/pretrain). ${about.photographs}`,
    metrics: about.figures,
    measuredBy: about.measuredBy,
  });
}

function main(): void {
  const { values } = parseArgs({
    options: {
      from: { type: 'string' },
      networks: { type: 'string', default: 'colorist,one,restorer,filler' },
      models: { type: 'string', default: 'models' },
      photographs: {
        type: 'string',
        default:
          'Most of the photographs are research material whose terms exclude commercial use of the pictures; none of them is part of the project.',
      },
      figures: { type: 'string' },
      'measured-by': { type: 'string' },
    },
  });
  if (!values.from) throw new Error('--from is needed: the folder that train.py gave back');
  if (values.figures && !values['measured-by']) throw new Error('--figures needs --measured-by, the command');
  const logFile = path.join(values.from, 'log.jsonl');
  const log = existsSync(logFile) ? readFileSync(logFile, 'utf8') : '';
  const measured = values.figures
    ? (JSON.parse(readFileSync(values.figures, 'utf8')) as Record<string, Figures>)
    : null;
  for (const name of values.networks.split(',')) {
    const source = path.join(values.from, `${name}.rvw`);
    if (!existsSync(source)) {
      console.log(`${name}: no ${source}; left as it is`);
      continue;
    }
    const network = Object.values(networks).find((n: Network) => n.name === name);
    if (!network) throw new Error(`there is no network ${name}`);
    const folder = path.join(values.models, name);
    const cardFile = path.join(folder, 'card.json');
    const bytes = readFileSync(source);
    const figures = measured ? measured[name] : lastFigures(log, name);
    const card = adoptedCard(
      modelCardSchema.parse(JSON.parse(readFileSync(cardFile, 'utf8'))),
      network,
      bytes,
      {
        photographs: values.photographs,
        figures: figures ?? {},
        measuredBy: figures
          ? (values['measured-by'] ?? 'models/pretrain/train.py, on training pictures that were held back')
          : null,
      },
    );
    // The card names the hash, so it comes last.
    writeFileSync(path.join(folder, 'weights.rvw'), bytes);
    writeFileSync(cardFile, `${JSON.stringify(card, null, 2)}\n`);
    console.log(`${name}: ${(bytes.length / 1048576).toFixed(1)} MiB, ${card.trainedOn}`);
  }
}
if (import.meta.main) main();
