/**
 * Every sentence that analysis, library and doctor say to a person, in English, by id. Holes are `{{name}}` for
 * text and `{{name:n}}` for a number. Sentences travel and are stored as plain English (command line, JSON,
 * change record, library); a window that speaks another language recognises them by their template. The brand
 * on `Sentence` makes that sound: where a type asks for a Sentence, only `say` can make one, so nothing is said
 * that the catalogue does not hold, and tests prove that each entry is recognised and translated.
 */

export const sentences = {
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

  // The doctor: labels, what was found, advice.
  'doctor-device': 'Device: {{name}}',
  'doctor-memory': 'Memory',
  'doctor-disk': 'Disk of the library',
  'doctor-exiftool': 'ExifTool and Perl',
  'doctor-formats': 'Picture formats',
  'found-nowhere': 'not installed',
  'found-no-program': 'package {{version}} without its program file',
  'found-not': 'not found',
  'found-not-because': 'not found ({{detail}})',
  'found-instead': '{{tool}}, since {{detail}}',
  'tool-no-run': '{{source}} at {{path}} does not run',
  'tool-no-program': '{{source}} has no program file',
  'found-works': 'works',
  'found-exiftool': 'ExifTool {{version}}, Perl {{perl}}',
  'found-inside': 'inside the package',
  'device-right': 'one convolution, right numbers',
  'device-cannot': 'cannot be used: {{detail}}',
  'found-device': 'works, {{ms:n}} ms ({{detail}})',
  'found-memory': '{{all:n}} GB, {{free:n}} GB free',
  'found-disk': '{{free:n}} GB free for {{folder}}',
  'advice-node': 'Install Node 24, then run `npm ci` again.',
  'advice-electron':
    '`npm start` fetches it once when the network allows; until then the window opens in your browser (`revelado serve --open`).',
  'advice-cpu': 'Run `npm ci` again: the onnxruntime-node package is damaged or missing.',
  'advice-cuda':
    'With an NVIDIA card: install its driver, CUDA 12 and cuDNN 9, then run `revelado doctor --install-cuda`. Without one nothing is lost: the CPU is used.',
  'advice-dml': 'DirectML comes with Windows 10 and 11; update Windows and the graphics driver.',
  'advice-coreml': 'Core ML comes with macOS on Apple silicon; update macOS.',
  'advice-webgpu':
    'Update the graphics driver (Vulkan on Linux). Without a graphics card nothing is lost: the CPU is used.',
  'advice-ffmpeg-linux':
    'Install ffmpeg (`apt install ffmpeg`), or choose its program in the settings. Only films need it.',
  'advice-ffmpeg':
    'Install ffmpeg (https://ffmpeg.org), or choose its program in the settings. Only films need it.',
  'advice-ffmpeg-old': 'A build of 2018; a newer ffmpeg on the PATH is used when there is one.',
  'advice-memory': 'A scan of 100 megapixels needs about 1.5 GB: close other programs.',
  'advice-disk': 'A finished 24-megapixel TIFF takes 0.15 GB: free some space.',
  'advice-other-disk': 'Choose another folder for the library.',
  'advice-perl':
    'Install perl (`apt install perl`). Without it dates and places of scans in some formats are not carried over.',
  'advice-install-again': 'Run `npm ci` again.',
  'advice-heic': 'HEIC photographs cannot be opened; export them as JPEG or TIFF. AVIF works.',
  'advice-sharp': 'Run `npm ci` again: the sharp package is damaged or made for another system.',
  'advice-sqlite': 'Run `npm ci` again: the better-sqlite3 package is damaged or made for another Node.',

  // What is done to a positive: restore, colour.
  'model-gone':
    "The model {{name}} is not there any more. Choose another one for this step, or the program's own.",
  'model-other-task': '{{name}} cannot be used for this step: it is no {{task}}.',
  'renew-converted':
    'Its colours were converted to sRGB: the profile of the file ({{profile}}) is none that can be kept.',
  'renew-alpha': 'Its transparency was laid over white.',
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

  // What is wrong with a folder, a file, an export; what is not there any more.
  'folder-unreadable': 'The folder {{folder}} cannot be read: {{detail}}',
  'folder-unknown': 'This folder is not known. Choose another one.',
  'folder-gone': 'The folder {{folder}} is not there any more.',
  'entry-gone': '"{{name}}" is not there any more.',
  'file-no-size': '{{file}} has no picture in it (size {{width:n}} × {{height:n}}).',
  'file-animation':
    '{{file}} is an animation of {{pages:n}} pictures; a scan is one picture. Save the frame you want as TIFF or PNG.',
  'file-animated': '{{file}} is an animation; a scan is one picture. Save the frame you want as TIFF or PNG.',
  'file-too-large':
    '{{file}} is too large ({{width:n}} × {{height:n}} pixels): at most {{limit:n}} megapixels can be decoded from this format. Save it as an uncompressed or Deflate TIFF, which is read in parts, or split it.',
  'file-too-large-coded':
    '{{file}} is too large: at most {{limit:n}} megapixels can be decoded from this format. Save it as an uncompressed or Deflate TIFF, which is read in parts, or split it.',
  'file-many-open': 'Too many files are open; {{file}} has to wait. Try again.',
  'file-disk-error': 'The disk reports an error at {{file}}.',
  'file-may-not': '{{file}} may not be opened or written: {{detail}}',
  'film-no-ffmpeg': 'Films need ffmpeg, and none was found. `revelado doctor` says how to get it.',
  'film-unreadable': '{{file}} cannot be read as a film ({{detail}}).',
  'film-stalled': '{{file}}: ffmpeg gave no frame for a minute.',
  'memory-picture': 'There is no memory for a picture of {{size:n}} MB. Close other programs and try again.',
  'memory-tile':
    'There is not enough memory even for a tile of {{side:n}} pixels. Close other programs and try again.',
  'memory-worker': 'A pixel worker ran out of memory.',
  'disk-full': 'The disk is full. Free some space and try again.',
  'disk-full-at': 'The disk is full: {{file}}. Free some space and try again.',
  'inbox-full': "{{file}}: no space left in the library's inbox ({{folder}}).",
  'inbox-failed': '{{file}}: could not be stored in the inbox: {{detail}}',
  'job-crashes': 'The program ended {{count:n}} times while it worked on this file.',
  'job-no-record': '{{file}}: there is no change record.',
  'item-gone': 'This picture is no longer in the library.',
  'group-gone': 'This group is not there any more.',
  'roll-gone': 'This roll is not there any more.',
  'history-gone': 'This step is no longer in the history of the picture.',
  'removal-undone': 'This removal was undone already.',
  'reel-no-develop': '{{name}} is a reel; it cannot be developed as a picture.',
  'frame-empty': 'A frame must be an area of the scan.',
  'import-nothing': 'There was nothing to import.',
  'preset-name': 'An export preset needs a name.',
  'export-8-bits': '{{format}} holds 8 bits; choose TIFF or PNG for 16.',
  'export-scan-profile':
    "{{name}}: a negative's positive cannot keep the scan's profile, which describes the film and not the picture. Choose sRGB, Adobe RGB, Display P3 or ProPhoto.",
  'file-gone': '{{file}} is not there (moved, renamed or deleted).',
  'file-denied': '{{file}} may not be read: permission denied.',
  'file-write-denied': '{{file}} may not be written: permission denied in {{folder}}.',
  'file-is-folder': '{{file}} is a folder, not a file.',
  'file-empty': '{{file}} is empty (0 bytes). Copy or scan it again.',
  'file-loop': '{{file}} is a link that leads in circles.',
  'file-cut': '{{file}} is cut short. Copy or scan it again.',
  'file-damaged': '{{file}} is damaged: {{detail}}.',
  'file-unpack': 'its compressed data cannot be unpacked',
  'file-undecodable':
    '{{file}} is damaged or cut short and cannot be decoded ({{detail}}). Copy or scan it again.',
  'file-cannot-decode': '{{file}} cannot be decoded: {{detail}}',
  'file-cannot-read': '{{file}} cannot be read: {{detail}}',
  'file-size-lies': '{{file}} decodes to another size than its header says.',
  'file-no-picture': '{{file}} is not a picture this program can read.',
  'file-unknown': '{{file}} is not a picture, raw file or film this program knows.',
  'file-gif':
    '{{file}} is a GIF (at most 256 colours, often animated). Open the original scan, or save it as TIFF or PNG.',
  'file-jp2': '{{file}} is a JPEG 2000, which cannot be read here. Save it as TIFF.',
  'file-jxl': '{{file}} is a JPEG XL, which cannot be read here. Save it as TIFF or PNG.',
  'file-pdf': '{{file}} is a PDF. Export its pictures as TIFF first.',
  'file-psd': '{{file}} is a Photoshop document. Save it as a flat TIFF first.',
  'file-text': '{{file}} is a text file, not a picture, whatever its name says.',
  'file-cmyk':
    "{{file}} is a CMYK file: inks for a press, not a scan's light, so densities cannot be taken from it. Use the scan it was made from, or convert it to 16-bit RGB first.",
  'file-heic':
    '{{file}} is a HEIC with HEVC compression, which cannot be read here (patents keep its decoder out). Export it as TIFF, or set the camera to JPEG or raw.',
  'file-film': '{{file}} is a film, not a single picture; open it as a reel.',
  'file-raw-large': '{{file}} is too large for a raw file (over 600 MB).',
  'file-raw-unknown':
    '{{file}} is a raw file that libraw cannot decode (damaged, or a camera it does not know). Convert it to a linear DNG or TIFF.',
  'folder-empty': '{{file}} holds no scans this program can open.',
  'output-exists': '{{file}} exists already. Choose another folder or name, or allow overwriting.',
  'output-is-folder': '{{file}} is a folder; a file cannot replace it.',
  'output-no-folder': 'The folder {{folder}} is not there. Create it or choose another.',
  'output-read-only': '{{folder}} is read-only. Choose another folder.',
  'output-no-space': 'No space left in {{folder}} for {{file}}. Free some and try again.',
  'output-long-name': 'The name {{file}} is too long for the file system.',
  'output-is-scan': '{{file}} is a scan itself and is never overwritten.',
  'export-changed':
    '{{file}} is not the file that was imported: its bytes have changed since. Open it and take the new file, or put the old one back.',
  'export-is-scan':
    '{{file}} is a scan of the library and is never overwritten. Choose another folder or name.',
  'import-link-out':
    '{{file}} is a link that leads out of the folder. Import what it points to from where that lies.',
  'export-gone': 'A chosen picture is no longer in the library.',
  'export-none': 'Choose the pictures to export first.',
  'export-not-here': '{{file}} is no longer in the library.',
  'export-no-original':
    '{{name}}: the original is not at {{file}} any more. Bring it back, or import the folder where it is now, and retry.',
  'export-folder': 'The folder {{folder}} cannot be used: {{detail}}. Choose another one.',
  'export-reel': '{{name}}: reels cannot be exported as pictures.',
  'export-full':
    'The disk of {{folder}} is full: {{name}} needs about {{needed:n}} MB and {{free:n}} MB are free. Make room and resume the job.',

  // A sidecar that cannot be used.
  'sidecar-ignored': 'The sidecar of {{file}} was not used: {{detail}}.',
  'sidecars-ignored': 'The sidecars of {{count:n}} scans were not used, first that of {{file}}: {{detail}}.',
  'sidecar-damaged': 'it is damaged',
  'sidecar-newer': 'a newer version of Revelado wrote it',
  'sidecar-other': 'it was written for other bytes',

  // The engine went away.
  'engine-stopped': 'The engine stopped: {{detail}}. It is started again and the work goes on.',
  'engine-memory': 'the engine ran out of memory',
  'engine-memory-system': 'the system ended the engine because memory ran out',
  'engine-killed': 'the engine was ended from outside ({{signal}})',
  'engine-signal': 'the engine ended by {{signal}}',
  'engine-status': 'the engine ended with status {{status}}',

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

export type SentenceId = keyof typeof sentences;

declare const said: unique symbol;
/** English text made by `say`. A plain string to everything that only reads it. */
export type Sentence = string & { readonly [said]: true };

type HoleOf<T extends string> = T extends `${string}{{${infer H}}}${infer Rest}`
  ? (H extends `${infer Name}:n` ? Name : H) | HoleOf<Rest>
  : never;
/** Names of the holes of a sentence. */
export type Holes<I extends SentenceId> = HoleOf<(typeof sentences)[I]>;

const HOLE = /\{\{(\w+)(:n)?\}\}/g;

/** Fills the holes of a template; a hole without a value stays as it is written. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(HOLE, (hole, name: string) => values[name] ?? hole);
}

/** The English sentence of this id. Numbers are given as they shall stand, e.g. `slope.toFixed(2)`. */
export function say<I extends SentenceId>(
  id: I,
  ...values: [Holes<I>] extends [never] ? [] : [Readonly<Record<Holes<I>, string>>]
): Sentence {
  return fill(sentences[id], values[0] ?? {}) as Sentence;
}

export interface Recognised {
  id: SentenceId;
  values: Record<string, string>;
  /** Names of the holes that hold numbers. */
  numbers: ReadonlySet<string>;
}

interface Pattern {
  id: SentenceId;
  pattern: RegExp;
  numbers: ReadonlySet<string>;
}

let exact: Map<string, SentenceId> | undefined;
let patterns: Pattern[] | undefined;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function compile(id: SentenceId): Pattern {
  const numbers = new Set<string>();
  let source = '';
  let at = 0;
  for (const match of sentences[id].matchAll(HOLE)) {
    const [hole, name, number] = match;
    if (number) numbers.add(name);
    source += escaped(sentences[id].slice(at, match.index));
    source += number ? `(?<${name}>-?\\d+(?:\\.\\d+)?)` : `(?<${name}>.+)`;
    at = match.index + hole.length;
  }
  return { id, numbers, pattern: new RegExp(`^${source}${escaped(sentences[id].slice(at))}$`, 's') };
}

/** Which sentence of the catalogue an English text is; null when it is none (an older version's, a system's words). */
export function recognise(text: string): Recognised | null {
  const ids = Object.keys(sentences) as SentenceId[];
  exact ??= new Map(ids.filter((id) => !sentences[id].includes('{{')).map((id) => [sentences[id], id]));
  const id = exact.get(text);
  if (id) return { id, values: {}, numbers: new Set() };
  patterns ??= ids.filter((i) => sentences[i].includes('{{')).map(compile);
  for (const { id: candidate, pattern, numbers } of patterns) {
    const match = pattern.exec(text);
    if (match) return { id: candidate, values: { ...match.groups }, numbers };
  }
  return null;
}
