import { InvalidConfig } from '../../lib/config/problems';
import { reportFailure } from '../../lib/cli/error-report';
import { LabError } from '../../lib/lab-error';

function reported(error: unknown): { readonly text: string; readonly exitCode: typeof process.exitCode } {
  const exitCodeBefore = process.exitCode;
  let text = '';
  const write = jest.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  try {
    reportFailure(error);
    return { text, exitCode: process.exitCode };
  } finally {
    write.mockRestore();
    process.exitCode = exitCodeBefore;
  }
}

test('a refused configuration ends the CDK app with its problems and exit code 2', () => {
  const { text, exitCode } = reported(new InvalidConfig([{ path: 'scale', message: 'Invalid input: expected number, received string', received: 'five', allowed: 'a whole number', remedy: 'Write 5.' }]));
  expect(exitCode).toBe(2);
  expect(text).toContain('Error InvalidConfig');
  expect(text).toContain('Invalid input: expected number, received string.');
  expect(text).toContain('Received  "five"');
  expect(text).not.toContain('    at ');
});

test('a failure of the lab ends the CDK app without a stack', () => {
  const { text, exitCode } = reported(new LabError({ code: 'LabFileMissing', message: 'There is no such file.', remedy: 'Make it.' }));
  expect(exitCode).toBe(1);
  expect(text).not.toContain('    at ');
});

test('a defect ends the CDK app with its stack', () => {
  const { text, exitCode } = reported(new TypeError('x is undefined'));
  expect(exitCode).toBe(1);
  expect(text).toContain('Error DefectFound');
  expect(text).toContain('    at ');
});
