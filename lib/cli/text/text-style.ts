import colors from 'picocolors';

/** Colours and drawing characters for one stream. Without colour every function returns its text as it is. */
export interface TextStyle {
  readonly strong: (text: string) => string;
  readonly muted: (text: string) => string;
  readonly heading: (text: string) => string;
  readonly name: (text: string) => string;
  readonly good: (text: string) => string;
  readonly caution: (text: string) => string;
  readonly bad: (text: string) => string;
  /** One character of a horizontal line. */
  readonly rule: string;
  /** One character of a bar in a chart. */
  readonly bar: string;
  /** What a list item begins with. */
  readonly bullet: string;
}

/** What a stream can show. */
export interface TextStyleOptions {
  readonly hasColor: boolean;
  /** Whether it shows line-drawing characters; otherwise ASCII takes their place. */
  readonly hasLineDrawing: boolean;
}

/** Makes the style for a stream. */
export function textStyle(options: TextStyleOptions): TextStyle {
  const color = colors.createColors(options.hasColor);
  return {
    strong: color.bold,
    muted: color.dim,
    heading: (text) => color.bold(color.cyan(text)),
    name: color.cyan,
    good: color.green,
    caution: color.yellow,
    bad: (text) => color.bold(color.red(text)),
    rule: options.hasLineDrawing ? '─' : '-',
    bar: options.hasLineDrawing ? '█' : '#',
    bullet: options.hasLineDrawing ? '•' : '*',
  };
}
