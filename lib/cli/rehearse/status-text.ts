import type { RehearsalStatus } from '../../rehearsal/rehearsal-status';
import type { TextLayout } from '../text/text-layout';
import { paragraph, sectionHeading } from '../text/text-section';
import { textTable } from '../text/text-table';
import { wrapText } from '../text/wrap-text';
import { goOnText } from './rehearsal-text';

const SENTENCES: Readonly<Record<RehearsalStatus['state'], string>> = {
  absent: 'There is no such rehearsal.',
  starting: 'It is being started, or its start was cut short.',
  running: 'It runs.',
  damaged: 'Some of its processes have ended, or its files are gone. Stop it and start it again.',
  stopped: 'It is stopped; its folder is kept until --clean.',
};

/** What has become of the rehearsals, process by process. */
export function statusText(rehearsals: readonly RehearsalStatus[], layout: TextLayout): readonly string[] {
  return rehearsals.length === 0
    ? [layout.style.strong('There is no rehearsal.')]
    : rehearsals.flatMap((status, index) => [...(index > 0 ? [''] : []), ...oneText(status, layout)]);
}

function oneText(status: RehearsalStatus, layout: TextLayout): readonly string[] {
  const { record } = status;
  return [
    ...wrapText(`Rehearsal ${status.name}${record === undefined ? '' : ` of ${record.clusterName}, started ${record.startedAt}`}`, layout.width)
      .map(layout.style.strong),
    ...paragraph(SENTENCES[status.state], layout),
    ...(status.processes.length === 0 ? [] : ['', sectionHeading('Processes', '', layout), ...textTable([
      { heading: 'Process', paint: layout.style.name },
      { heading: 'Id', align: 'right' },
      { heading: 'State' },
    ], status.processes.map(({ name, pid, isRunning }) => ({ cells: [name, String(pid), isRunning ? 'runs' : 'has ended'] })), layout)]),
    ...(status.state === 'running' && record !== undefined ? ['', ...goOnText(record, layout)] : []),
  ];
}
