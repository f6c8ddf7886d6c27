/** What reels say: probing, cleaning, colouring, exporting. In English, by id; sentences.ts says how they are written. */
export const filmSentences = {
  'film-no-step': 'The step "{{step}}" is not in this version. Switch it off and start again.',
  'film-shot-size':
    '{{file}}: shot {{shot}} would come out in another size or depth than the first. Enlarge and colour are for the whole reel, not for single shots.',
  'film-not-a-reel': '{{name}} is no reel.',
  'film-frame-missing':
    '{{file}}: frame {{frame}} was wanted and {{found}} came. The file has changed, or it cannot be read twice alike.',
  'film-broken-off':
    '{{file}} breaks off after {{frames}} frames: {{detail}} What could be read is in {{output}}.',
  'film-disk':
    '{{folder}} has {{free}} MB free; {{name}} needs about {{needed}} MB more. Free some space and go on: what is finished is kept.',
  'film-reference-gone':
    'The picture whose colours frame {{frame}} was to take is not there any more. Choose another one, or take the key frame away.',
  'film-verify':
    '{{file}}: the finished film is not what it should be ({{detail}}). It was kept as {{output}}.',
  'film-tempo-sound':
    'Sound cannot keep time with another tempo: the film at {{fps}} frames a second is exported without it.',
  'film-no-composer': 'No composer is installed: the film stays silent. Leave the score out.',
  'film-proxy-long':
    'A reel of {{frames}} frames is too long to be played as it will be. Play one shot, or export it.',
  'film-not-analysed': '{{name}} has not been analysed yet: its shots are not known.',
  'film-no-such-frame': '{{name}} has no frame {{frame}}.',
  'film-estimate-tried': 'Tried on a few frames of this reel on this machine.',
} as const;
