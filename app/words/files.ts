/** What is wrong with a folder, a file, a sidecar or an export, and what happened to the engine. In English, by id; sentences.ts says how they are written. */
export const filesSentences = {
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
} as const;
