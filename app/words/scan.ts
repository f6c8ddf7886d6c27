/** What analysis says of a scan: its kind, its roll, what age did, film base, infrared. In English, by id; sentences.ts says how they are written. */
export const scanSentences = {
  // What kind of scan it is, and why.
  'kind-frames': 'The file is a film with many frames.',
  'kind-moving': 'Moving pictures ({{extension}}).',
  'kind-by-hand': 'Set by hand.',
  'kind-grey': 'The file holds a single grey channel.',
  'kind-lamp-hue': 'All of it has one hue, that of the lamp.',
  'kind-black-ring': 'The film around the perforations is black.',
  'kind-toned': 'All of it has one hue, a warm one: toned or yellowed paper.',
  'kind-no-colours': 'It holds no colours.',
  'kind-many-hues': 'It holds colours of many hues.',
  'kind-nothing': 'Nothing in it speaks of a negative.',
  'kind-says-negative': 'The scanner software calls it a negative.',
  'kind-says-positive': 'The scanner software calls it a positive.',
  'kind-clear-ring': 'The film around the perforations is clear, clearer than the picture.',
  'kind-dense-ring': 'The film around the perforations is denser than the picture.',
  'kind-masked':
    'Its clearest parts are orange like the mask of colour negative film ({{green:n}} D in green, {{blue:n}} D in blue over red).',
  'kind-orange': 'As a whole it is orange, as behind the mask of colour negative film.',
  'kind-linear': 'Its samples are linear light, as raw scans of film are.',
  'kind-muddy': 'Its densest parts still let orange light through.',
  'kind-long-range': 'Its tones span {{range:n}} D, as those of a print or slide do.',
  'kind-short-range': 'Its tones span only {{range:n}} D and lean to the clear side.',
  'kind-positive-tones': 'Its tones are distributed like those of a positive.',

  // What a scan is to its roll.
  'roll-shared': 'Film base and print shared with the roll "{{roll}}".',
  'roll-outlier': 'This frame lies far from its roll: look at it.',
  'role-blank': 'This frame is blank: clear film without a picture.',
  'role-leader': 'This is a leader: it shows film base, not a picture.',
  'role-flat': 'This shows the light source without film.',

  // What age did to a print.
  'age-fresh': 'Its dyes stand as they should: there is nothing to give back.',
  'age-dyes':
    'Its dyes have faded: cyan lost {{cyan:n}} %, magenta {{magenta:n}} %, yellow {{yellow:n}} % of their density.',
  'age-stain': 'It has a stain that holds back {{density:n}} D more light of one colour than of another.',
  'age-flat': 'Its tones reach over {{range:n}} D; those of a fresh print over {{fresh:n}} D.',
  'age-plain': 'It is black and white and was not toned.',
  'age-yellowed': 'Its paper has yellowed: it holds back {{density:n}} D more blue light than red.',
  'age-sepia': 'It is toned brown (sepia), which belongs to the photograph.',
  'age-cyanotype': 'It is a blue print (cyanotype); the blue belongs to the photograph.',
  'age-selenium': 'It is toned purple brown (as by selenium), which belongs to the photograph.',
  'age-gold': 'It is toned a cool violet (as by gold), which belongs to the photograph.',
  'age-hand-coloured': 'It is coloured by hand over black and white, which belongs to the photograph.',
  'age-album': 'One setting for {{count:n}} prints of one album.',

  // Film base, reference and flat field.
  'base-clipped':
    'Part of this area is clipped: the scan was exposed too long here, or it is a perforation or naked light. Pick unexposed film beside the picture.',
  'base-uneven':
    'This area is not even: it seems to hold part of the picture, a scratch or an edge. Pick a smooth patch of unexposed film.',
  'base-holder': 'This area is the film holder, not film. Pick unexposed film beside the picture.',
  'base-light':
    'This area is brighter than the film base: it seems to be a perforation or naked light. Pick unexposed film beside the picture.',
  'base-exposed':
    'This area is denser than the clearest film on the scan: it seems to be exposed. Pick unexposed film between or beside the pictures.',
  'base-black': 'This area is almost black and cannot be film base.',
  'reference-other-roll':
    'The film base beside this picture has another colour than the reference file: they may not belong to the same roll.',
  'reference-little': 'Hardly any clear film was found in the reference file; the film base may be wrong.',
  'reference-uneven':
    'The clear film in the reference file is uneven; a flat field of the same set-up would help.',
  'reference-clipped': 'The clear film in the reference file is clipped: scan it with a shorter exposure.',
  'flat-little': 'The flat-field file shows hardly any even light; it is of little use.',
  'flat-clipped': 'The flat-field file is clipped: scan the light source with a shorter exposure.',

  // Infrared.
  'infrared-blank':
    'The frame is nearly blank, so nothing says how its image looks in infrared; taken for colour film.',
  'infrared-silver':
    'The infrared plane shows the picture itself (slope {{slope:n}}): silver film. Infrared cleaning would eat the image and is off.',
  'infrared-partly':
    "The image shows in the infrared in part (slope {{slope:n}}), as Kodachrome's does: only strong defects are repaired; look at the result.",
  'infrared-clean': 'The dyes let infrared through (slope {{slope:n}}): dust shows alone.',
} as const;
