/** What is used of the package `verovio`, which brings no types. */
declare module 'verovio/wasm' {
  const createModule: () => Promise<object>;
  export default createModule;
}
declare module 'verovio/esm' {
  export const LOG_OFF: number;
  export function enableLog(level: number, module: object): void;
  export class VerovioToolkit {
    constructor(module: object);
    setOptions(options: Record<string, unknown>): void;
    loadData(data: string): boolean;
    getPageCount(): number;
    renderToSVG(page: number): string;
    renderToTimemap(): unknown;
    getMIDIValuesForElement(id: string): { time: number; pitch: number; duration: number };
    resetXmlIdSeed(seed: number): void;
  }
}
