import { mkdirSync } from 'node:fs';
import type { GuideBlock } from '../../guide/guide-page';
import { RehearsalTerminal, type TerminalPlace } from '../../rehearsal/rehearsal-terminal';
import type { RunContext } from '../../run-context';

/** Where a student sits. */
export interface StudentDeskOptions {
  readonly seat: string;
  /** Absolute path of the student's kubeconfig. */
  readonly kubeconfig: string;
  /** Absolute path of the folder that the student works in. It is made. */
  readonly folder: string;
  /** Namespace of Karpenter. */
  readonly karpenterNamespace: string;
  /** The instructor's terminal: its programs are the student's, its keys are not. */
  readonly terminal: TerminalPlace;
  /** Whether there is a jq. Where there is none, what stands before it shows the same, less neatly. @default true */
  readonly hasJq?: boolean;
}

/** What came of the commands of a block. */
export interface TypedBlock {
  readonly seat: string;
  readonly command: string;
  readonly exitCode: number;
  /** What it printed, standard output and errors together. */
  readonly output: string;
  readonly seconds: number;
}

/** A pipe into jq at the end of a line. */
const INTO_JQ = / \| jq .*$/gm;

/** How the API refuses a request; a page may show that on purpose. */
const REFUSAL = /^Error from server|is forbidden:/m;

/** A student's own folder, kubeconfig and terminal. Nothing that is typed there has rights in AWS. */
export class StudentDesk {
  readonly seat: string;
  private readonly terminal: RehearsalTerminal;
  private readonly hasJq: boolean;

  constructor({ seat, kubeconfig, folder, karpenterNamespace, terminal, hasJq = true }: StudentDeskOptions, run: RunContext) {
    this.seat = seat;
    this.hasJq = hasJq;
    mkdirSync(folder, { recursive: true });
    const common = Object.entries(terminal.environment).filter(([name]) => !name.startsWith('AWS_'));
    this.terminal = new RehearsalTerminal({
      ...terminal,
      workingDirectory: folder,
      environment: { ...Object.fromEntries(common), HOME: folder, KUBECONFIG: kubeconfig, KARPENTER_NAMESPACE: karpenterNamespace },
    }, run);
  }

  /** Types the commands of a block, one after the other, up to the first that fails. */
  async type({ command }: Pick<GuideBlock, 'command'>): Promise<TypedBlock> {
    const typed = this.hasJq ? command : command.replaceAll(INTO_JQ, '');
    const { exitCode, output, seconds } = await this.terminal.shell(`exec 2>&1\nset -e\n${typed}`);
    return { seat: this.seat, command, exitCode, output: output.join('\n'), seconds };
  }

  /**
   * Types block after block, up to the first that fails. A block whose page shows a refusal must be refused.
   *
   * @param onTyped gets each block with what came of it, the failed one included
   * @returns the block that failed; undefined where none did
   */
  async typeAll(blocks: readonly GuideBlock[], onTyped: (typed: TypedBlock) => void = () => undefined): Promise<TypedBlock | undefined> {
    for (const block of blocks) {
      const typed = await this.type(block);
      onTyped(typed);
      const isRefusalShown = REFUSAL.test(block.shown ?? '');
      if ((typed.exitCode !== 0) !== isRefusalShown) return typed;
    }
    return undefined;
  }
}
