/** Starts an engine as Electron's utility process, behind the same small interface as a forked Node process. */
import type * as ElectronModule from 'electron';
import type { EngineAnswer } from '../engine/protocol.ts';
import type { EngineFork } from '../engine/process.ts';

/** A fork function that runs the engine in a `utilityProcess`: Electron's own Node, killed with the app. */
export function utilityFork(utilityProcess: Pick<typeof ElectronModule.utilityProcess, 'fork'>): EngineFork {
  return (modulePath, env) => {
    const child = utilityProcess.fork(modulePath, [], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
      serviceName: 'Revelado engine',
    });
    let tail = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      tail = (tail + chunk.toString('utf8')).slice(-8000);
    });
    // Messages posted before the process exists are kept by Electron and delivered after the start.
    return {
      postMessage: (message) => child.postMessage(message),
      onMessage: (listener) => {
        child.on('message', (message: unknown) => listener(message as EngineAnswer));
      },
      // Electron gives only the code; a signal shows as a negative or 128+n code, which exit.ts understands.
      onExit: (listener) => {
        child.on('exit', (code) => listener(code, null));
      },
      kill: () => {
        child.kill();
      },
      stderr: () => tail,
    };
  };
}
