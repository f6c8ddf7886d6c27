/**
 * ICC profiles, both ways. `parseProfile` takes the tone curves out of an embedded profile (version 2 and 4:
 * sampled `curv`, parametric `para` types 0 to 4, per channel or grey) and nothing else that would touch a
 * negative; `makeProfile` builds the matrix/TRC profiles that finished positives carry.
 *
 * Layout after ICC.1:2022 (header section 7.2, tag table 7.3, curve types 10.6 and 10.18, mluc 10.15) and
 * ICC.1:2001-04 for the version 2 text description.
 */
import type { ToneCurve } from '../picture.ts';
import { srgbDecode } from './curve.ts';
import { D50, bradford, spaces, type Matrix, type ParametricCurve, type SpaceName } from './spaces.ts';

export interface IccProfile {
  /** Description for a person; '' when the profile has none. */
  name: string;
  /** Four-letter data colour space: 'RGB ', 'GRAY', 'CMYK', 'Lab ' … */
  space: string;
  /** Four-letter device class: 'scnr', 'mntr', 'prtr', 'spac' … */
  deviceClass: string;
  version: number;
  /** Tone curves of the channels, or null where the profile has only look-up tables. */
  curve: ToneCurve | null;
  /** Columns = colorants (XYZ under D50), where it is a matrix profile. For tests and display, never for negatives. */
  colorants: Matrix | null;
}

/** Thrown for bytes that are not a profile; the caller falls back to an assumption and says so. */
export class ProfileError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ProfileError';
  }
}

const ascii = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, to));

/** Reads a profile. Throws ProfileError when it is damaged beyond use. */
export function parseProfile(bytes: Uint8Array): IccProfile {
  if (bytes.length < 132 || ascii(bytes, 36, 40) !== 'acsp') throw new ProfileError('not an ICC profile');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint32(128);
  if (count > 200 || 132 + count * 12 > bytes.length) throw new ProfileError('damaged ICC tag table');
  const tags = new Map<string, { offset: number; size: number }>();
  for (let i = 0; i < count; i++) {
    const at = 132 + i * 12;
    const offset = view.getUint32(at + 4);
    const size = view.getUint32(at + 8);
    if (offset + size > bytes.length) throw new ProfileError('ICC tag outside the profile');
    tags.set(ascii(bytes, at, at + 4), { offset, size });
  }
  const tag = (name: string): Uint8Array | null => {
    const t = tags.get(name);
    return t ? bytes.subarray(t.offset, t.offset + t.size) : null;
  };
  const space = ascii(bytes, 16, 20);
  const curveTags = space === 'GRAY' ? ['kTRC'] : ['rTRC', 'gTRC', 'bTRC'];
  const found = curveTags.map(tag);
  const curve = found.every((t) => t !== null) ? mergeCurves(found.map((t) => readCurve(t))) : null;
  const colorants = ['rXYZ', 'gXYZ', 'bXYZ'].map(tag);
  return {
    name: readText(tag('desc')),
    space,
    deviceClass: ascii(bytes, 12, 16),
    version: bytes[8] + (bytes[9] >> 4) / 10,
    curve,
    colorants: colorants.every((c) => c !== null && c.length >= 20) ? columns(colorants.map(readXyz)) : null,
  };
}

const columns = (c: number[][]): Matrix => [
  c[0][0],
  c[1][0],
  c[2][0],
  c[0][1],
  c[1][1],
  c[2][1],
  c[0][2],
  c[1][2],
  c[2][2],
];

function readXyz(t: Uint8Array | null): number[] {
  if (!t) throw new ProfileError('missing colorant');
  const v = new DataView(t.buffer, t.byteOffset, t.byteLength);
  return [8, 12, 16].map((at) => v.getInt32(at) / 65536);
}

function readText(t: Uint8Array | null): string {
  if (!t || t.length < 12) return '';
  const v = new DataView(t.buffer, t.byteOffset, t.byteLength);
  const type = ascii(t, 0, 4);
  const clean = (s: string): string => s.split('\0')[0].trim();
  if (type === 'desc') return clean(ascii(t, 12, Math.min(t.length, 12 + Math.min(v.getUint32(8), 512))));
  if (type === 'mluc' && t.length >= 28 && v.getUint32(8) > 0) {
    const length = Math.min(v.getUint32(20), 1024);
    const offset = v.getUint32(24);
    let s = '';
    for (let i = offset; i + 1 < Math.min(t.length, offset + length); i += 2)
      s += String.fromCharCode(v.getUint16(i));
    return clean(s);
  }
  return '';
}

/** One channel's curve as a function over 0..1 with what is known about its form. */
interface ChannelCurve {
  f: (x: number) => number;
  gamma: number | null;
  /** Steps a table of it needs: its own count when sampled. */
  steps: number;
}

function readCurve(t: Uint8Array | null): ChannelCurve {
  if (!t || t.length < 12) throw new ProfileError('damaged tone curve');
  const v = new DataView(t.buffer, t.byteOffset, t.byteLength);
  const type = ascii(t, 0, 4);
  if (type === 'curv') {
    const n = v.getUint32(8);
    if (n === 0) return { f: (x) => x, gamma: 1, steps: 2 };
    if (12 + n * 2 > t.length) throw new ProfileError('tone curve cut short');
    if (n === 1) {
      const gamma = v.getUint16(12) / 256;
      if (!(gamma > 0)) throw new ProfileError('tone curve with gamma 0');
      return { f: (x) => x ** gamma, gamma, steps: 4096 };
    }
    const samples = Float64Array.from({ length: n }, (_, i) => v.getUint16(12 + i * 2) / 65535);
    if (samples[n - 1] <= samples[0]) throw new ProfileError('tone curve that does not rise');
    const f = (x: number): number => {
      const p = x * (n - 1);
      const i = Math.min(n - 2, Math.floor(p));
      return samples[i] + (samples[i + 1] - samples[i]) * (p - i);
    };
    return { f, gamma: null, steps: n };
  }
  if (type === 'para') {
    const form = v.getUint16(8);
    const need = [1, 3, 4, 5, 7][form];
    if (need === undefined || 12 + need * 4 > t.length) throw new ProfileError('damaged parametric curve');
    const p = Array.from({ length: need }, (_, i) => v.getInt32(12 + i * 4) / 65536);
    const [g, a = 1, b = 0, c = 0, d = 0, e = 0, fOff = 0] = p;
    if (!(g > 0)) throw new ProfileError('parametric curve with gamma 0');
    const power = (x: number): number => Math.max(0, a * x + b) ** g;
    const forms: ((x: number) => number)[] = [
      (x) => x ** g,
      (x) => (x >= -b / a ? power(x) : 0),
      (x) => (x >= -b / a ? power(x) + c : c),
      (x) => (x >= d ? power(x) : c * x),
      (x) => (x >= d ? power(x) + e : c * x + fOff),
    ];
    const f = forms[form];
    return { f: (x) => Math.min(1, Math.max(0, f(x))), gamma: form === 0 ? g : null, steps: 16384 };
  }
  throw new ProfileError(`unknown curve type ${type}`);
}

/** Recognises linear, gamma and sRGB, so that no table's interpolation stands between a file and its own curve. */
function mergeCurves(curves: ChannelCurve[]): ToneCurve {
  const all = (test: (c: ChannelCurve) => boolean): boolean => curves.every(test);
  const near = (c: ChannelCurve, g: (x: number) => number, limit: number): boolean => {
    for (let i = 0; i <= 256; i++) if (Math.abs(c.f(i / 256) - g(i / 256)) > limit) return false;
    return true;
  };
  if (all((c) => near(c, (x) => x, 1e-4))) return { kind: 'linear' };
  const gamma = curves[0].gamma;
  if (gamma !== null && all((c) => c.gamma === gamma)) return { kind: 'gamma', gamma };
  if (all((c) => near(c, srgbDecode, 2e-4))) return { kind: 'srgb' };
  const tables = curves.map((c) => {
    const n = Math.max(2, c.steps);
    return Float32Array.from({ length: n }, (_, i) => c.f(i / (n - 1)));
  });
  return { kind: 'table', tables };
}

/** Names `makeProfile` knows: the output spaces, and grey with the sRGB curve for one-channel pictures. */
export type ProfileName = SpaceName | 'grey';

const made = new Map<string, Uint8Array>();

/**
 * A version 4.3 display profile with colorants adapted to D50, parametric curves, `chad`, and a licence text
 * that lets it travel with any picture. The bytes are the same every time (the creation date is fixed).
 * With one channel it is a grey profile with the space's tone curve.
 */
export function makeProfile(name: ProfileName, channels: 1 | 3 = 3): Uint8Array {
  const key = `${name} ${channels}`;
  const known = made.get(key);
  if (known) return known.slice();
  const grey = name === 'grey' || channels === 1;
  const space = spaces[name === 'grey' ? 'srgb' : name];
  const curve = parametric(space.curve);
  const label = grey ? `Grey, ${space.label} tone curve` : space.label;
  const m = space.toPcs;
  const tags: [string, Uint8Array][] = [
    ['desc', mluc(label)],
    ['cprt', mluc('No copyright (CC0 1.0): use, copy and embed freely.')],
    ['wtpt', xyz(D50)],
    ['chad', chad(bradford(space.white, D50))],
  ];
  if (grey) tags.push(['kTRC', curve]);
  else
    tags.push(
      ['rXYZ', xyz([m[0], m[3], m[6]])],
      ['gXYZ', xyz([m[1], m[4], m[7]])],
      ['bXYZ', xyz([m[2], m[5], m[8]])],
      ['rTRC', curve],
      ['gTRC', curve],
      ['bTRC', curve],
    );
  const profile = assemble(grey ? 'GRAY' : 'RGB ', tags);
  made.set(key, profile);
  return profile.slice();
}

const fixed = (v: number): number => Math.round(v * 65536);

function block(type: string, length: number): { bytes: Uint8Array; view: DataView } {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < 4; i++) bytes[i] = type.charCodeAt(i);
  return { bytes, view: new DataView(bytes.buffer) };
}

function xyz(v: readonly [number, number, number]): Uint8Array {
  const { bytes, view } = block('XYZ ', 20);
  v.forEach((x, i) => view.setInt32(8 + i * 4, fixed(x)));
  return bytes;
}

function chad(m: Matrix): Uint8Array {
  const { bytes, view } = block('sf32', 44);
  m.forEach((x, i) => view.setInt32(8 + i * 4, fixed(x)));
  return bytes;
}

function parametric(c: ParametricCurve): Uint8Array {
  const pure = c.a === 1 && c.b === 0 && c.c === 0 && c.d === 0;
  const values = pure ? [c.g] : [c.g, c.a, c.b, c.c, c.d];
  const { bytes, view } = block('para', 12 + values.length * 4);
  view.setUint16(8, pure ? 0 : 3);
  values.forEach((x, i) => view.setInt32(12 + i * 4, fixed(x)));
  return bytes;
}

function mluc(text: string): Uint8Array {
  const { bytes, view } = block('mluc', 28 + text.length * 2);
  view.setUint32(8, 1);
  view.setUint32(12, 12);
  view.setUint16(16, 0x656e); // 'en'
  view.setUint16(18, 0x5553); // 'US'
  view.setUint32(20, text.length * 2);
  view.setUint32(24, 28);
  for (let i = 0; i < text.length; i++) view.setUint16(28 + i * 2, text.charCodeAt(i));
  return bytes;
}

function assemble(space: 'RGB ' | 'GRAY', tags: [string, Uint8Array][]): Uint8Array {
  // Equal blocks (the three curves) are stored once.
  const offsets = new Map<Uint8Array, number>();
  let size = 132 + tags.length * 12;
  for (const [, data] of tags)
    if (!offsets.has(data)) {
      offsets.set(data, size);
      size += Math.ceil(data.length / 4) * 4;
    }
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  const text = (at: number, s: string): void => {
    for (let i = 0; i < s.length; i++) bytes[at + i] = s.charCodeAt(i);
  };
  view.setUint32(0, size);
  view.setUint32(8, 0x04300000);
  text(12, 'mntr');
  text(16, space);
  text(20, 'XYZ ');
  [2026, 1, 1, 0, 0, 0].forEach((v, i) => view.setUint16(24 + i * 2, v));
  text(36, 'acsp');
  D50.forEach((v, i) => view.setInt32(68 + i * 4, fixed(v)));
  view.setUint32(128, tags.length);
  tags.forEach(([name, data], i) => {
    text(132 + i * 12, name);
    const offset = offsets.get(data) ?? 0;
    view.setUint32(136 + i * 12, offset);
    view.setUint32(140 + i * 12, data.length);
    bytes.set(data, offset);
  });
  return bytes;
}
