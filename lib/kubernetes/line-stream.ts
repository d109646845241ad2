/**
 * Lines of a stream of UTF-8 bytes, without their line ends. Empty lines are left out; a last line without an end counts.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    yield* lines.map((line) => line.replace(/\r$/, '')).filter((line) => line !== '');
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}
