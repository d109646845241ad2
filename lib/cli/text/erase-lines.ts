/** Moves the cursor of a terminal up by so many lines and clears everything from there. */
export function eraseLines(count: number): string {
  return count === 0 ? '' : `\u001b[${count}A\u001b[0J`;
}
