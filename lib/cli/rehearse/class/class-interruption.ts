import { CLASS_SELECTOR } from '../../../actions/class/class-selector';
import { rehearseCommand } from '../rehearsal-text';
import type { Invocation } from '../../verb';

/**
 * Tells a user who presses Ctrl-C during a class that it is being cleaned up, and one who presses it again what is left then,
 * and which command removes it.
 *
 * @returns ends it
 */
export function tellOfCleanUp({ host, note }: Pick<Invocation, 'host' | 'note'>, name: string): () => void {
  const interrupted = (): void =>
    note('Interrupted. What the class made is removed now: its namespaces, then its nodes. This takes a minute or two. Ctrl-C again leaves at once.');
  host.signal.addEventListener('abort', interrupted, { once: true });
  const takeBack = host.beforeLeaving(() => {
    note(`Left at once. There may still be namespaces of the class (kubectl get namespaces -l ${CLASS_SELECTOR}), their nodes, and limits of the NodePool that --raise-limits raised. `
      + `The next class removes them first: ${rehearseCommand('--students 1', name)}`);
    note(`This removes the rehearsal with all of it: ${rehearseCommand('--clean', name)}`);
  });
  return () => {
    host.signal.removeEventListener('abort', interrupted);
    takeBack();
  };
}
