import { gradesOf } from '../../lib/exercise/class/grade-class';
import type { LabHost, OutputStream } from '../../lib/cli/host';
import type { LabActions } from '../../lib/cli/process-actions';
import type { RehearsalStatus } from '../../lib/rehearsal/rehearsal-status';
import { classAtWork, closedClass, emptiedSeat, openedClass } from './class-fixtures';
import { FakeClock } from './fake-clock';
import { removedLab, sweptLab } from './teardown-fixtures';
import { passedLife } from './life-fixture';
import { movedDeadline } from './extend-fixture';
import { createdLab, newTarget } from './deploy-fixtures';
import { seoulPlan } from './plan-result-fixture';
import { readyAccount } from './preflight-fixtures';
import { passedVerify, runningStatus, scaledOut } from './running-class-fixtures';
import { expectations, passedClass, passedExercise, runningRehearsal } from './rehearsal-fixtures';

/** A stream that remembers what was written to it. */
export class RecordingStream implements OutputStream {
  text = '';

  constructor(readonly isTTY: boolean, readonly columns?: number) {}

  write(text: string): void {
    this.text += text;
  }
}

/** How a fake host differs from a pipe in an empty environment whose actions succeed. */
export interface FakeHostOptions {
  /** @default false */
  readonly isTTY?: boolean;
  /** @default - unknown */
  readonly columns?: number;
  /** @default - empty */
  readonly env?: LabHost['env'];
  /** @default - Linux */
  readonly platform?: LabHost['platform'];
  /** @default - the folder of the tests */
  readonly workingDirectory?: string;
  /** @default - never aborted */
  readonly signal?: AbortSignal;
  /** @default - nobody leaves at once */
  readonly beforeLeaving?: LabHost['beforeLeaving'];
  /** @default - a clock of its own */
  readonly clock?: FakeClock;
  /** @default - plans Seoul, synthesizes nothing, and rehearses as if all went well */
  readonly actions?: Partial<LabActions>;
}

/** A host that writes to memory. */
export function fakeHost(options: FakeHostOptions = {}): LabHost & { readonly stdout: RecordingStream; readonly stderr: RecordingStream } {
  return {
    stdout: new RecordingStream(options.isTTY ?? false, options.columns),
    stderr: new RecordingStream(options.isTTY ?? false, options.columns),
    env: options.env ?? {},
    platform: options.platform ?? 'linux',
    workingDirectory: options.workingDirectory ?? __dirname,
    signal: options.signal ?? new AbortController().signal,
    beforeLeaving: options.beforeLeaving ?? (() => () => undefined),
    clock: options.clock ?? new FakeClock(),
    actions: {
      plan: () => Promise.resolve(seoulPlan),
      preflight: () => Promise.resolve(readyAccount),
      extendLab: () => Promise.resolve(movedDeadline),
      deploymentTarget: () => Promise.resolve(newTarget),
      deploy: () => Promise.resolve(createdLab),
      teardownLab: () => Promise.resolve(removedLab),
      sweepLab: () => Promise.resolve(sweptLab),
      assemblyState: () => Promise.resolve({ state: 'current' }),
      synthesize: ({ onStart }) => {
        onStart?.();
        return Promise.resolve();
      },
      rehearsalShortfalls: () => Promise.resolve([]),
      startRehearsal: ({ name = 'default' }) => Promise.resolve({ ...runningRehearsal, name }),
      stopRehearsal: ({ name = 'default' }) => Promise.resolve({ name, stopped: ['karpenter', 'kube-apiserver'] }),
      rehearsalStatus: (name) => Promise.resolve(rehearsalThatRuns(name)),
      listRehearsals: () => Promise.resolve([rehearsalThatRuns('default')]),
      exerciseExpectations: () => Promise.resolve(expectations),
      cleanRehearsal: ({ name = 'default' }) => Promise.resolve({ name, removed: [runningRehearsal.directory] }),
      runExercise: () => Promise.resolve(passedExercise),
      rehearseLife: ({ name = 'life' }) => Promise.resolve({ ...passedLife, rehearsal: name }),
      countSeats: () => Promise.resolve(100),
      playClass: () => Promise.resolve(passedClass),
      labStatus: () => Promise.resolve(runningStatus),
      watchLab: () => Promise.resolve({ endedBy: 'running pods', status: runningStatus }),
      scaleLab: () => Promise.resolve(scaledOut),
      verifyLab: () => Promise.resolve(passedVerify),
      writeGuide: ({ language, seat, folder }) => Promise.resolve({ language, seat, folder, pages: ['00-desk.md', '01-scaling.md'] }),
      openClass: () => Promise.resolve(openedClass),
      resetSeat: () => Promise.resolve(emptiedSeat),
      closeClass: () => Promise.resolve(closedClass),
      classStatus: () => Promise.resolve(classAtWork),
      gradeClass: () => Promise.resolve(gradesOf(classAtWork)),
      followClass: (_, onStatus) => {
        onStatus(classAtWork);
        return Promise.resolve();
      },
      ...options.actions,
    },
  };
}

/** A rehearsal all of whose processes run. */
export function rehearsalThatRuns(name: string): RehearsalStatus {
  return {
    name,
    state: 'running',
    record: { ...runningRehearsal, name },
    processes: runningRehearsal.processes.map((process) => ({ ...process, isRunning: true })),
  };
}
