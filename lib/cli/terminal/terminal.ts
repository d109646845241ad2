import { stripVTControlCharacters } from 'node:util';
import type { ProgressListener } from '../../progress';
import { renderText } from '../document/render-text';
import type { LabHost, OutputStream } from '../host';
import type { LiveNews } from '../verb';
import { progressBlock, progressJson, progressLines, type ProgressView } from './progress-output';
import { displayWidth, eraseLines, isInteractive, paragraph, streamLayout, type TextLayout } from './text-layout';

/** The two streams of a host with the layout that suits each. */
export class Terminal {
  /** Layout of results. */
  readonly resultLayout: TextLayout;
  /** Layout of progress, notes and errors. */
  readonly noteLayout: TextLayout;
  private progressView: ProgressView | undefined;
  private screen: LiveScreen | undefined;

  /** @param isJson whether a program reads the streams */
  constructor(private readonly host: LabHost, private readonly isJson: boolean) {
    this.resultLayout = streamLayout(host.stdout, host.env);
    this.noteLayout = streamLayout(host.stderr, host.env);
  }

  /** Writes a result for people. */
  result(lines: readonly string[]): void {
    this.write(this.host.stdout, textOf(lines));
  }

  /** Writes the result, or the error in its place, as JSON. */
  json(value: object): void {
    this.write(this.host.stdout, `${JSON.stringify(value, undefined, 2)}\n`);
  }

  /** Writes what is worth knowing but is not the result. */
  note(text: string): void {
    this.write(this.host.stderr, this.isJson ? `${JSON.stringify({ note: text })}\n` : textOf(paragraph(text, this.noteLayout)));
  }

  /** Writes lines that are laid out already, such as an error or the help, where notes go. */
  noteLines(lines: readonly string[]): void {
    this.write(this.host.stderr, textOf(lines));
  }

  /** Shows the progress of an action, from its first event until {@link endProgress}. */
  readonly progress: ProgressListener = (event) => {
    this.progressView ??= this.newProgressView();
    this.progressView.report(event);
  };

  /** Shows news as it comes: over the last news on a terminal, below it in a pipe, as lines of JSON for a program. */
  live({ screen, lines, items }: LiveNews): void {
    const { stdout, env } = this.host;
    if (this.isJson) {
      for (const item of items) this.write(stdout, `${JSON.stringify(item)}\n`);
    } else if (isInteractive(stdout, env)) {
      this.screen ??= liveScreen(stdout);
      this.screen.draw(renderText(screen, this.resultLayout));
    } else {
      this.write(stdout, textOf(lines));
    }
  }

  /** Ends what {@link live} shows. The last screen stays. */
  endLive(): void {
    this.screen = undefined;
  }

  /** Ends what {@link progress} shows. */
  endProgress(): void {
    this.progressView?.end();
    this.progressView = undefined;
  }

  private newProgressView(): ProgressView {
    const { stderr, env, clock } = this.host;
    if (this.isJson) return progressJson(stderr);
    return isInteractive(stderr, env) ? progressBlock(stderr, this.noteLayout, clock) : progressLines(stderr, clock);
  }

  private write(stream: OutputStream, text: string): void {
    const write = (): void => void stream.write(text);
    if (this.progressView === undefined) write();
    else this.progressView.around(write);
  }
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

/** Lines on a terminal that are drawn again in the same place. */
interface LiveScreen {
  /** Draws the lines over those that were drawn before. */
  readonly draw: (lines: readonly string[]) => void;
}

const DEFAULT_ROWS = 24;

/** Draws on a terminal, below what stands there already. The last drawing stays. */
function liveScreen(stream: OutputStream): LiveScreen {
  let drawn: readonly string[] = [];
  return {
    draw: (lines) => {
      // The cursor cannot go above the first line of the window, so more than a window is cut.
      const rows = (stream.rows ?? DEFAULT_ROWS) - 1;
      const shown = lines.length <= rows ? lines : [...lines.slice(0, rows - 1), `  and ${lines.length - rows + 1} more lines: make the window higher`];
      stream.write(`${eraseLines(rowsOf(drawn, stream))}${shown.map((line) => `${line.trimEnd()}\n`).join('')}`);
      drawn = shown;
    },
  };
}

/** How many rows the lines take now. A window that has become narrower wraps them. */
function rowsOf(lines: readonly string[], { columns }: OutputStream): number {
  if (columns === undefined || columns <= 0) return lines.length;
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(displayWidth(stripVTControlCharacters(line).trimEnd()) / columns)), 0);
}
