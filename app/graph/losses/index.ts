/** What a network is trained to make small. Each loss is a single number, written in the graph language. */
export * from './pixel.ts';
export * from './structure.ts';
export * from './decisions.ts';
