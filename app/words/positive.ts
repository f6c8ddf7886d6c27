/** What restoring, colouring, Auto and the model store say. In English, by id; sentences.ts says how they are written. */
export const positiveSentences = {
  // What is done to a positive: restore, colour.
  'model-gone':
    "The model {{name}} is not there any more. Choose another one for this step, or the program's own.",
  'model-other-task': '{{name}} cannot be used for this step: it is no {{task}}.',
  'renew-converted':
    'Its colours were converted to sRGB: the profile of the file ({{profile}}) is none that can be kept.',
  'renew-alpha': 'Its transparency was laid over white.',
  // Another picture of the same: a second print, the negative.
  'evidence-used':
    'Damage is filled from {{file}}, which shows the same picture (agreement {{percent:n}} %).',
  'evidence-other': '{{file}} does not show the same picture: nothing was taken from it.',
  // Front and back of a print.
  'pair-size': 'Both sheets have the same size, to {{percent:n}} %.',
  'pair-other-size': 'The sheets differ in size by {{percent:n}} %.',
  'pair-bare': 'One of them is paper with hardly anything on it, as a back is.',
  'pair-order': 'They were scanned one after the other.',
  'pair-outline': 'Edges and corners of the paper match when it is turned over.',
  'pair-other-outline': 'Edges and corners of the paper do not match.',
  'renew-no-restorer': 'There are no weights to clean with; a plain denoiser does it.',
  'renew-no-model': 'There is no model with weights for the step {{step}}; the picture goes on without it.',
  'renew-mask-size':
    'The mask {{mask}} measures {{width:n}} × {{height:n}} pixels, {{file}} {{wide:n}} × {{high:n}}: a mask has the size of its picture.',
  'renew-mask-all':
    'The mask {{mask}} covers all of {{file}} ({{percent:n}} %): nothing is left to fill it from. Mark only what is damaged.',
  'renew-mask-none': 'The mask {{mask}} marks nothing.',
  'stored-damaged': '{{file}} is damaged, or no file of a repair.',
  'stored-straightened':
    '{{file}}: the picture was straightened, reduced or enlarged after the repair, so the pixels from before cannot be put back into it.',
  'stored-other': '{{file}} belongs to another picture: size, channels or bits differ.',

  // Auto: what a picture is, what it needs, and why.
  'auto-colour-negative':
    'It is a colour negative: it is developed first, and all else is done to the positive.',
  'auto-bw-negative':
    'It is a black-and-white negative: it is developed first, and all else is done to the positive.',
  'auto-slide': 'It is a slide: its tones are developed first, and all else is done to the picture.',
  'auto-faded-print': 'It is a colour print that has faded.',
  'auto-colour-picture': 'It is a colour picture.',
  'auto-bw-print': 'It is a black-and-white print.',
  'auto-reel': 'It is a film: Auto works on single pictures.',
  'auto-ageing': 'Ageing is undone first: what looks for damage knows unfaded pictures.',
  'auto-unsure': 'It may have faded, but that is not sure enough to change it unasked.',
  'auto-toning-stays': 'Its toning stays until you ask for neutral tones.',
  'auto-toning-asked': 'Its toning is made neutral, as you asked.',
  'auto-damaged': 'It is damaged in {{places:n}} places, {{percent:n}} % of the picture.',
  'auto-repair':
    'The damage is repaired next: {{dust:n}} specks, {{hair:n}} hairs, {{scratch:n}} scratches, {{crack:n}} cracks, {{tear:n}} tears, {{stain:n}} stains, {{corner:n}} losses. All else stays as it is.',
  'auto-whole': '{{places:n}} places look a little like damage, but not enough to be touched unasked.',
  'auto-blocks': 'It shows the blocks of strong JPEG compression: they are smoothed after the repair.',
  'auto-grain-stays':
    'Its grain or noise of about {{levels:n}} levels of 255 stays: grain belongs to the photograph.',
  'auto-grain-asked': 'Its grain or noise of about {{levels:n}} levels of 255 is taken out, as you asked.',
  'auto-grain-film': 'The grain of the film is taken out, as you asked.',
  'auto-soft': 'Its edges are about {{width:n}} pixels wide: they are sharpened a little.',
  'auto-colour': 'Colour comes last, over the repaired picture, as you asked.',
  'auto-no-colour': 'It has no colours and gets none: they are made only when you ask for them.',
  'auto-colour-there': 'It has colours of its own: none are made.',
  'auto-nothing': 'There is nothing to do: it is left as it is.',
  'auto-only-develop': 'Once developed it needs nothing more.',
  'auto-one':
    'The single network {{name}} did all of it, on a copy of {{width:n}} × {{height:n}} pixels; its tones and colours were carried to full size.',
  'auto-one-none':
    'There are no weights for the single network {{name}} in this version: {{file}} can only be done step by step.',

  // A model that somebody brings along.
  'model-not-onnx': '{{file}} is not an ONNX file, or it is cut short: {{detail}}.',
  'model-too-large': '{{file}} is too large for a model: {{size:n}} MB; at most {{limit:n}} MB are taken.',
  'model-external':
    '{{file}} keeps weights in another file ({{detail}}): only models that hold everything themselves are taken. Export it as a single file.',
  'model-custom-ops':
    '{{file}} wants operators of a library of its own ({{detail}}): nothing but standard ONNX operators is run.',
  'model-constants': '{{file}} says that the weight {{name}} has {{said:n}} numbers, and holds {{there:n}}.',
  'model-wants-memory': '{{file}} wants a tensor of {{size:n}} GB: that is no model for pictures.',
  'model-unknown':
    '{{file}} is none of the kinds of model that are known here: it takes {{inputs}} and gives {{outputs}}. Say what it is with an adapter.',
  'model-adapter-wrong': '{{file}} does not fit the adapter {{adapter}}: {{detail}}.',
  'model-try-memory':
    '{{file}} wanted more than {{limit:n}} MB of memory when it was tried on a small picture, and was stopped.',
  'model-try-time':
    '{{file}} gave no answer within {{seconds:n}} s when it was tried on a small picture, and was stopped.',
  'model-try-failed': '{{file}} could not be run when it was tried on a small picture: {{detail}}.',
  'model-lies':
    '{{file}} lies about its shapes: for {{input}} it says that {{name}} is {{said}}, and gives {{there}}.',
  'model-not-numbers': '{{file}} gave values that are no numbers when it was tried on a small picture.',
  'model-name': 'A model needs a name of letters, digits, dots, hyphens and underscores: {{name}} is none.',
  'model-there': 'There is a model {{name}} already. Remove it first, or give the new one another name.',
  'model-changed':
    'The model {{name}} is not the file that was imported: its bytes have changed. Remove it and import it again.',
  'model-damaged': 'The model {{name}} is incomplete: {{detail}}. Remove it and import it again.',
} as const;
