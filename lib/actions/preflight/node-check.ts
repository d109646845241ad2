import manifest from '../../../package.json';
import type { Check } from './check';
import { failed, passed } from './finding';

/** Whether Node.js is the version that the project states. */
export const nodeCheck: Check = {
  name: 'Node.js',
  asksAws: false,
  run: ({ tools: { node } }) => {
    const wanted = manifest.engines.node.replace(/^>=/, '');
    const evidence = `Node.js ${node}; the lab needs ${wanted} or newer.`;
    return isAtLeast(node, wanted) ? passed(evidence) : failed(evidence, `Install Node.js ${wanted} or newer: https://nodejs.org.`);
  },
};

function isAtLeast(version: string, wanted: string): boolean {
  const theirs = wanted.split('.').map(Number);
  const difference = version.split('.').map((part, index) => Number(part) - (theirs[index] ?? 0)).find((part) => part !== 0);
  return (difference ?? 0) >= 0;
}
