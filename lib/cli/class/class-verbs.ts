import type { VerbGroup } from '../verb';
import { boardVerb } from './board-verb';
import { classStatusVerb } from './class-status-verb';
import { closeVerb } from './close-verb';
import { openVerb } from './open-verb';
import { resetVerb } from './reset-verb';

/** `lab class`: a class whose students each have a seat of their own on the lab's cluster. */
export const classVerbs: VerbGroup = {
  name: 'class',
  summary: 'hold a class: open its seats, see how far each is, reset one, close all',
  description: 'Works on the seats of a class: each student has a namespace, a kubeconfig and nodes of their own. lab.yaml says how many '
    + 'seats there are (class.students), and the stack makes them.',
  verbs: [openVerb, classStatusVerb, boardVerb, resetVerb, closeVerb],
};
