/** Help texts, and the error that means "wrong usage" (exit status 2). */

/** Wrong usage of the command line: exit status 2, the message says what is wrong and what would be right. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

export const HELP = `Revelado, a digital darkroom.

Usage: revelado COMMAND [options]

  develop FILES… --out DIR   negatives to positives (files or folders)
  restore FILES… --out DIR   prints and photographs: damage and ageing removed
  colorize FILES… --out DIR  colour for black-and-white pictures
  auto FILES… --out DIR      finds out what each picture needs, says why, and does it
  film FILES… --out DIR|FILE films: steadied, cleaned, coloured, written to the frame
  models list|import|verify|remove   networks of others, for use in the darkroom
  dataset build SOURCES… --out DIR   photographs and films to training data
  train --data DIR --out DIR   trains a network on this machine; can be interrupted and resumed
  eval --data DIR            figures of models beside classical baselines
  compose --out FILE         a melody in bertso metre: notes, sound or print
  doctor                     what this machine can do, and how to get what is missing
  serve                      the darkroom in your browser
  bench                      speed ratios on this machine

revelado COMMAND --help shows a command's options.
`;

export const DEVELOP_HELP = `Usage: revelado develop FILES… --out DIR [options]

FILES are scans, or folders of scans. Originals are only read. Each output is named after its input, beside
it a change record (NAME.revelado.json). A scan with several pictures gives NAME-1, NAME-2 …

Film
  --film auto|c41|bw|slide   kind of film (auto: from the pixels)
  --stock NAME               film stock preset, e.g. portra, gold, bw-classic (auto)
  --roll                     the files are one roll: base, slopes and curve shared, exposure per frame
  --base X,Y,W,H             film base: a rectangle of unexposed film, in pixels of each scan as stored
  --base-from FILE           film base from a scan of the leader or of a blank frame
  --flat FILE                flat field: the light source without film
Print
  --exposure EV              brighter or darker, -4 to 4
  --grade N                  paper grade, 0 (soft) to 5 (hard)
  --recipe FILE.json         a recipe; the options above change it
  --set step.key=value       any parameter, e.g. --set lights.red=5 (may be repeated)
Output
  --out DIR                  folder for the positives; made when it is not there
  --format tiff|png|jpeg|webp    (tiff)     --bits 8|16   (16; 8 for jpeg and webp)
  --quality 1..100           for jpeg and webp (92)
  --icc srgb|adobe-rgb|display-p3|prophoto  output colour space (srgb)
  --overwrite                replace files that are there
Machine
  --threads N                at most N cores for everything (all)
  --device auto|cpu|cuda|dml|coreml|webgpu   for steps that use a network; develop has none
  --seed N                   for steps that use chance; develop has none
  --json                     one JSON object per finished input on stdout

Exit status: 0 all done, 1 some inputs failed, 2 wrong usage, 130 cancelled.
`;

const OUTPUT_HELP = `Recipe
  --film auto|none|c41|bw|slide   what the files are (auto: from the pixels; none: positives, taken as they are)
  --recipe FILE.json         a recipe; the options change it
  --set step.key=value       any parameter, e.g. --set clean.strength=0.3 (may be repeated)
Output
  --out DIR                  folder for the pictures; made when it is not there
  --format tiff|png|jpeg|webp    (tiff)     --bits 8|16   (16; 8 for jpeg and webp)
  --quality 1..100           for jpeg and webp (92)
  --icc source|srgb|adobe-rgb|display-p3|prophoto   colour space (source: that of the file; negatives: srgb)
  --long-side N              longest side in pixels, 16 to 60000 (full size)
  --print WxHcm              ready for paper of that size, e.g. 13x18cm, with the resolution in the file; pictures
                             with too few pixels are enlarged (restore, colorize and auto)
  --dpi N                    dots per inch of --print (300); alone it is written into the file as it is
  --overwrite                replace files that are there
Machine
  --threads N                at most N cores for everything (all)
  --device auto|cpu|cuda|dml|coreml|webgpu   for steps that use a network
  --seed N                   another choice of the grain that is put into fills (0)
  --json                     one JSON object per finished input on stdout

Exit status: 0 all done, 1 some inputs failed, 2 wrong usage, 130 cancelled.
`;

export const RESTORE_HELP = `Usage: revelado restore FILES… --out DIR [options]

Takes ageing, damage and noise out of scanned prints and photographs (and of negatives, which are developed
first). FILES are pictures, or folders of them; they are only read. Pixels outside the damage stay as they are,
bit for bit, where no step works on the whole picture (--set ageing.on=off --set clean.on=off). Beside each
output: a change record (NAME.revelado.json) and what the repair replaced (NAME.revelado.repair).

  --strength 0..1            how much of everything (0.5)
  --mask FILE                a picture of the same size, white where damage is: nothing else is searched for
  --evidence FILE            another print, or the negative, of the same picture: damage is filled from there
                             first (may be given again)
  --album                    all inputs are of one age: they get one setting
  --no-inpaint               nothing is filled: ageing and noise only
${OUTPUT_HELP}`;

export const AUTO_HELP = `Usage: revelado auto FILES… --out DIR [options]

Finds out what each picture is (colour negative, black-and-white negative, slide, faded colour print,
black-and-white print, damaged), what it needs and in which order, says why, and does it. Auto repairs: it makes
no colour, takes no grain out and leaves toning (sepia, cyanotype, hand colouring) as it is, unless it is asked
to. A picture that needs nothing is left as it is. FILES are pictures, or folders of them; they are only read.

  --colorize                 colour for black-and-white pictures too
  --clean                    grain and noise taken out too
  --neutral                  toned prints made neutral too
  --one-model                the single network does everything at once, in place of the steps
${OUTPUT_HELP}`;

export const MODELS_HELP = `Usage: revelado models list|import|verify|remove [options]

Networks of others, in ONNX files, for colour, repair, cleaning and enlarging. A file is looked through and tried
on a small picture, in a process of its own with little memory, before it is taken.

  models list                what there is
  models import FILE         takes a model
      --name NAME            what it shall be called (the file's name)
      --adapter KIND|FILE    what kind of model it is, where that is not seen, or is seen wrongly: image,
                             denoise, deoldify, ddcolor, bins, lama, migan, or a JSON file (docs/models.md)
      --license TEXT         its licence, for its card
  models verify [NAME]…      looks whether models are what was imported, and tries them again (all)
  models remove NAME…        removes models

  --data-dir DIR             the program's data folder
  --json                     one JSON object per model on stdout

Exit status: 0 all done, 1 some failed, 2 wrong usage.
`;

export const COLORIZE_HELP = `Usage: revelado colorize FILES… --out DIR [options]

Gives colour to black-and-white pictures. Their lightness stays what it is. FILES are pictures, or folders of
them; they are only read.

  --saturation S             0 (grey) to 2 (1)
  --hints FILE.json          colours you know: [{"x": 0.4, "y": 0.7, "colour": "#7a1f2b"}, …]; places in
                             fractions of the file as it is stored, or in pixels with its "width" and "height"
  --model NAME               a model of the program, or the folder of a model or of a training run
${OUTPUT_HELP}`;
