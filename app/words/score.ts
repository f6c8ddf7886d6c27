/** What the composer says of melodies, metres and MIDI files. In English, by id; sentences.ts says how they are written. */
export const scoreSentences = {
  'score-neurri':
    'There is no metre called “{{name}}”. Known are {{known}}; a pattern of syllables such as 7-6-7-6 will do too.',
  'score-neurri-phrases': '“{{name}}” has too many phrases: a pattern has 1 to 24.',
  'score-neurri-syllables': 'In “{{name}}” a phrase is too short or too long: each has 3 to 16 syllables.',
  'score-bars': 'The number of bars must be a whole number from 2 to 200.',
  'score-temperature': 'The temperature must be from 0 to 2.',
  'score-amount': 'How much is varied must be from 0 to 1.',
  'score-no-notes': 'The melody that was given has no notes.',
  'score-too-long':
    'The phrase that was given lasts too long to be continued: {{bars}} bars, at most {{most}}.',
  'score-file-kind': '{{file}} is no MIDI, ABC or MusicXML file.',
  'score-file-broken':
    '{{file}} is damaged and cannot be read as {{format}}: {{reason}}. Export it again from the program it came from.',
  'score-file-empty': '{{file}} has no notes.',
  'score-file-drums': '{{file}} has drums only. A melody needs notes of definite pitch.',
  'score-file-polyphonic':
    '{{file}} has several notes at a time ({{percent:n}} % of the notes, in the track nearest to a melody). Choose or export the melody alone.',
  'score-file-tempo':
    '{{file}} has a tempo of {{tempo}} quarter notes a minute, which nobody plays; 10 to 1000 are read.',
  'score-file-long': '{{file}} has {{count}} notes; at most {{most}} are read. Cut out the melody.',
  'score-data-lines':
    '{{file}} holds no melodies that can be learnt from: {{count}} of {{all}} lines are melodies of 16 notes or more.',
  'score-seconds': 'A melody lasts from 2 seconds to two hours.',
  'score-data-few':
    '{{folder}} holds {{count}} melodies that can be learnt from (MIDI, ABC or MusicXML, one note at a time, 16 notes or more); at least {{least}} are needed.',
  'score-data-by-heart':
    '{{count}} melodies to learn from are few: a network learns them by heart. Begin with our weights, and let it learn for minutes, not for hours.',
  'studio-melodies-generator': 'The network learns from melodies, {{batch:n}} at a time.',
  'studio-melodies-critic': 'The critic learns from melodies, {{batch:n}} at a time.',
  'studio-melodies-gan': 'Network and critic learn in turns from melodies, {{batch:n}} at a time.',
  'score-data-kind':
    '{{network}} cannot learn from what the dataset {{name}} holds: it needs another ({{kind}}).',
  'score-no-sample': 'The training run {{run}} wrote no such melody.',
  'studio-melody-data':
    '{{network}} learns from melodies, not from pictures: give --data a file melodies.jsonl or a folder of MIDI files.',
  'score-no-critic': '{{network}} has no critic: train it in phase generator.',
} as const;
