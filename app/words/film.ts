/** What reels say: probing, cleaning, colouring, exporting. In English, by id; sentences.ts says how they are written. */
export const filmSentences = {
  // Files: sequences of pictures.
  'film-picture-size':
    '{{file}} has another size or form than the pictures before it: a sequence needs the same for all.',
  'film-no-result': '{{name}}: the film that was written last is not where it was. Export it again.',
  'film-no-sequence':
    '{{file}}: no numbered pictures (DPX, TIFF or PNG) are here. Choose one frame of the sequence.',
  'film-gaps': '{{file}}: pictures {{gaps}} are missing in the sequence; the film goes on without them.',
  'film-sequence-rgb': '{{kind}} pictures hold RGB: luma and chroma were converted at 16 bits.',

  // Files: writing them.
  'film-times-differ':
    '{{file}}: {{count:n}} frames stand at another time than in the source, because the container has no finer clock.',
  'film-sound-differs':
    '{{file}}: the sound was copied, but its packets are not bit for bit those of the source.',
  'film-no-encoder':
    'This ffmpeg cannot write {{codec}}. Choose another codec, or set a fuller ffmpeg in the settings.',
  'film-codec-cannot':
    '{{codec}} cannot hold {{layout}} without losing some of it here. Choose FFV1, which keeps every film as it is.',
  'film-stored-as': '{{codec}} has no {{layout}}: stored as {{stored}}, which holds all of it.',
  'film-padded':
    '{{codec}} wants even sizes: stored as {{width:n}} × {{height:n}} with the last column or row repeated.',
  'film-intermediate': 'ProRes is an intermediate for further work, not an archive master.',
  'film-encoder': 'ffmpeg could not write {{codec}}: {{detail}}',
  'film-piece':
    'A finished piece of the film, {{file}}, cannot be used ({{detail}}). Export without resuming.',
  'film-subtitles':
    '{{file}}: subtitles of kind {{codec}} do not fit this container and are left out; FFV1 in Matroska keeps them.',
  'film-rotation':
    '{{file}}: many players do not turn films in Matroska by themselves; this one is to be shown turned by {{degrees:n}}°.',

  // Files: reading them.
  'film-playlist': '{{file}} is a playlist: it only names other files. Drop the film itself.',
  'film-empty': '{{file}} is empty: nothing was recorded in it, or copying it broke off. Copy it again.',
  'film-truncated':
    '{{file}} breaks off before its table of contents: copying or recording it did not finish. Copy it again, or repair it from a film of the same camera.',
  'film-no-picture': '{{file}} has no moving picture, only sound or data. Choose a film.',
  'film-no-frames': '{{file}} holds no frame that can be shown.',
  'film-too-large':
    '{{file}} claims frames of {{width:n}} × {{height:n}} pixels; 16384 on a side is the most. Its header is probably damaged.',
  'film-absurd-rate':
    '{{file}} claims {{rate:n}} frames a second; 1000 is the most. Its time stamps are probably damaged.',
  'film-many-streams': '{{file}} claims {{count:n}} streams; 64 are the most. It is damaged, or no film.',
  'film-too-long': '{{file}} claims more frames than a film of two days has. Cut it into parts.',
  'film-codec':
    '{{file}} is coded in a way that this ffmpeg does not know ({{codec}}). A newer ffmpeg may: `revelado doctor` says how to set one.',
  'film-layout':
    '{{file}} keeps its samples in a form that cannot be worked on without loss ({{layout}}). Convert it to 16-bit RGB first.',
  'film-size-changes':
    '{{file}}: the size or form of the picture changes at frame {{frame:n}}. Cut the film there and do the parts one by one.',
  'film-changed':
    '{{file}} is no longer the film that was looked at: frame {{frame:n}} stands at another time. Begin the work anew.',
  'film-ends-early': '{{file}} ends after {{frames:n}} frames where {{wanted:n}} were expected.',
  'film-alpha': '{{file}}: transparency is not kept.',
  'film-breaks-off':
    '{{file}} breaks off after {{seconds:n}} s of {{claimed:n}} s: it is truncated. What is there is worked on.',
  'film-corrupt-packets': '{{file}}: {{count:n}} packets are damaged; frames around them may show it.',

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
  'film-tempo-sound':
    'Sound cannot keep time with another tempo: the film at {{fps}} frames a second is exported without it.',
  'film-proxy-long':
    'A reel of {{frames}} frames is too long to be played as it will be. Play one shot, or export it.',
  'film-not-analysed': '{{name}} has not been analysed yet: its shots are not known.',
  'film-no-such-frame': '{{name}} has no frame {{frame}}.',
  'film-no-colorist':
    'There is no network that gives colour on this machine. Choose another one for the step “Colour”, or switch the step off.',
  'film-fields-whole':
    'The film has fields, and this codec keeps them as whole frames. H.264, ProRes and FFV1 keep them as fields; or make them into frames with “Fields and cadence”.',
  'film-blended-frames':
    'In {{count:n}} of {{all:n}} shots ({{shots}}) neighbouring frames were mixed into each other when the film was brought to another rate: two moments in one picture. That cannot be undone, and is left as it is. Ask for a copy from before that.',
  'film-blended-fields':
    'In {{count:n}} of {{all:n}} shots ({{shots}}) neighbouring fields were mixed into each other when the tape was converted to another standard: two moments in one field. That cannot be undone, whatever is done with the fields. Ask for a copy from before that.',
  'film-pulldown-kept':
    '{{count:n}} of {{all:n}} shots ({{shots}}) are film at 24 frames a second, spread over fields by 3:2 pulldown. “Take pulldown out” or “as found” gives the film frames back.',
  'film-folder-empty': '{{folder}} holds no film and no numbered pictures.',
  'film-folder-other':
    '{{folder}} holds other things than the pictures of an earlier export: it is not replaced. Choose another name, or empty it.',
  'film-extension': '{{file}}: a film is written as .mp4, .mov or .mkv. Choose one of these endings.',
  'film-score-undecided':
    '{{file}}: a composed score is wanted, but no melody was chosen. Choose a neurri first.',
} as const;
