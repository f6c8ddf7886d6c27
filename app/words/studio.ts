/** What the Studio says: a training run's diary and alarms, what is refused, a dataset's report. In English, by id; sentences.ts says how they are written. */
export const studioSentences = {
  // The Studio: a training run's diary and alarms, what is refused, a dataset's report.
  'studio-resumed': 'Goes on from step {{step:n}}.',
  'studio-stage-generator':
    'The network learns from pictures of {{size:n}} px, {{batch:n}} at a time, on {{device}}.',
  'studio-stage-critic':
    'The critic learns from pictures of {{size:n}} px, {{batch:n}} at a time, on {{device}}.',
  'studio-stage-gan':
    'Network and critic learn in turns from pictures of {{size:n}} px, {{batch:n}} at a time, on {{device}}.',
  'studio-encoder-frozen': 'The pre-trained encoder stays as it is for now.',
  'studio-encoder-learns':
    'From here on the pre-trained encoder learns too, at {{percent:n}} % of the learning rate.',
  'studio-device': '{{from}} does not work: {{detail}} The run goes on with {{to}}.',
  'studio-in-use-broken':
    'The model in use cannot be used: {{detail}} The one that comes with the program takes its place.',
  'studio-in-use-none': 'The model in use cannot be used: {{detail}} There is no other to compare with.',
  'studio-picture': 'The picture {{file}} was left out: {{detail}}',
  'studio-plan': '{{steps:n}} steps of about {{ms:n}} ms.',
  'studio-turn-critic': 'The critic learns now: {{reason}}.',
  'studio-turn-generator': 'The network learns now: {{reason}}.',
  'studio-turn-over': 'the turn was over after {{steps:n}} steps ({{percent:n}} % judged rightly)',
  'studio-turn-sees': 'the critic judges {{percent:n}} % rightly',
  'studio-turn-fooled': 'the critic recognises only {{percent:n}} % of what is made',
  'studio-rate-none': 'The sweep of learning rates says nothing; the rate is {{rate:n}}.',
  'studio-rate': 'A sweep of {{steps:n}} steps proposes a learning rate of {{found:n}}; {{rate:n}} is taken.',
  'studio-not-finite':
    'Step {{step:n}}: {{name}} is not a finite number. The weights of the last good checkpoint are kept. Begin a new run with this one\'s model and a lower learning rate: in the Studio under "More", on the command line by --rate 0.3.',
  'studio-skin-red':
    'Skin has moved {{degrees:n}} degrees towards red since this phase began, the first sign of a training that goes wrong.',
  'studio-skin-yellow':
    'Skin has moved {{degrees:n}} degrees towards yellow since this phase began, the first sign of a training that goes wrong.',
  'studio-neutral-drift':
    'What should be grey has gained {{chroma:n}} units of colour since this phase began.',
  'studio-critic-wins':
    'The critic has recognised nearly every picture for {{steps:n}} steps of the generator: there is nothing left to learn from it. Go on with the generator alone, or start the critic afresh.',
  'studio-stopped': 'It was stopped.',
  'studio-time-over': 'Its time is over.',
  'studio-no-better':
    'The figures have not become better {{count:n}} times in a row; the best weights are those of step {{step:n}}.',
  'studio-size-unfit':
    'Pictures of {{size:n}} px do not suit this network: take a multiple of {{multiple:n}}.',
  'studio-too-few':
    '{{folder}} has {{count:n}} pictures to train on; at least {{least:n}} are needed, and some hundreds to be useful.',
  'studio-no-test':
    '{{folder}} has no pictures to test on. Build it with `revelado dataset build`, which sets some aside.',
  'studio-choose': 'Choose pictures, films or a folder to learn from.',
  'studio-only-negatives':
    'All that was chosen is negatives. Colour is learnt from positives: export them first and choose the folder of exports.',
  'studio-dataset-used': 'The training run {{run}} uses this dataset. Stop it first.',
  'studio-dataset-unready': 'The dataset {{name}} is not ready yet.',
  'studio-dataset-unfinished': 'It was not finished.',
  'studio-no-start': 'There is no model {{model}} to begin with.',
  'studio-no-critic': 'The training run {{run}} has no critic to begin with.',
  'studio-critic-phase': 'A critic is of use only to a run in which a critic learns.',
  'studio-other-pictures':
    '{{folder}} does not hold the pictures that this run has learnt from: some were added, removed or changed. Give it the same pictures again, or begin a new run with the model of this one.',
  'studio-at-work': 'This training run is still at work.',
  'studio-at-work-stop': 'This training run is still at work. Stop it first.',
  'studio-model-used': 'Its model is in use. Go back to the shipped one first.',
  'studio-no-model': 'The training run {{run}} has given no model yet.',
  'studio-not-back': 'What was removed is no longer there to be brought back.',
  'dataset-all-grey':
    'All {{count:n}} pictures are black and white ({{file}} …). Colour is learnt from colour photographs or films; nothing was written.',
  'dataset-one-grey':
    'The only picture is black and white ({{file}}). Colour is learnt from colour photographs or films; nothing was written.',
  'dataset-unusable':
    'None of {{count:n}} pictures can be used: {{reasons}}. The first is {{file}}, with the reason: {{detail}}. Nothing was written.',
  'dataset-few':
    '{{count:n}} pictures to learn from are few: a network learns them by heart. A few hundred are a beginning, several thousand are good.',
  'dataset-no-test':
    'No picture is kept apart for testing, so progress can only be judged on what was learnt.',
  'gap-pink':
    'Hardly any pink and rose: pictures of roses, pink cloth, evening clouds would widen the palette.',
  'gap-red':
    'Hardly any red and brick: pictures of red cars, tomatoes, brick walls, uniforms would widen the palette.',
  'gap-orange':
    'Hardly any orange and skin: pictures of faces, oranges, wood, autumn leaves would widen the palette.',
  'gap-yellow':
    'Hardly any yellow: pictures of lemons, sunflowers, ripe corn, taxis would widen the palette.',
  'gap-yellow-green':
    'Hardly any yellow green: pictures of meadows, grass, young leaves would widen the palette.',
  'gap-green': 'Hardly any green: pictures of trees, billiard cloth, painted doors would widen the palette.',
  'gap-blue-green':
    'Hardly any blue green: pictures of pine woods, turquoise, old copper roofs would widen the palette.',
  'gap-cyan':
    'Hardly any cyan: pictures of swimming pools, shallow sea, glazed tiles would widen the palette.',
  'gap-pale-blue': 'Hardly any pale blue: pictures of ice, hazy skies, washed paint would widen the palette.',
  'gap-sky-blue':
    'Hardly any sky blue: pictures of clear skies, denim, distant mountains would widen the palette.',
  'gap-violet':
    'Hardly any blue and violet: pictures of dusk, lavender, irises, workwear would widen the palette.',
  'gap-purple':
    'Hardly any purple and magenta: pictures of heather, plums, beetroot, fuchsias would widen the palette.',
} as const;
