/** What the doctor says of this machine: labels, what was found, advice. In English, by id; sentences.ts says how they are written. */
export const doctorSentences = {
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
} as const;
