import { InvalidConfig } from '../../lib/config/problems';
import { runLab } from '../../lib/cli/run-lab';
import { LabError } from '../../lib/lab-error';
import { fakeHost } from './fake-host';

const assemblyNotFound = new LabError({
  code: 'AssemblyNotFound',
  message: 'There is no synthesized assembly in that folder.',
  received: 'cdk.out',
  remedy: 'Run `npm run synth` first.',
});

const invalidConfig = new InvalidConfig([
  { path: 'vpcCidr', message: 'Invalid input: expected a private CIDR', received: '8.8.0.0/16', allowed: 'a private CIDR', remedy: 'Use 10.11.0.0/16.', origin: 'lab.yaml:12' },
  { path: 'inflate.replicas', message: 'Too small: expected number to be >=0', received: -1, allowed: 'a whole number from 0', remedy: 'Use 0.' },
]);

function failingHost(error: Error): ReturnType<typeof fakeHost> {
  return fakeHost({ actions: { plan: () => Promise.reject(error) } });
}

describe('exit codes', () => {
  test('0 when the verb is done', async () => {
    expect(await runLab(['plan'], fakeHost())).toBe(0);
  });

  test.each([['--help'], ['--version'], ['plan', '--help'], ['help', 'plan']])('0 when help is asked for: %s %s', async (...argv) => {
    const host = fakeHost();
    expect(await runLab(argv.filter((word) => word !== undefined), host)).toBe(0);
    expect(host.stdout.text).not.toBe('');
    expect(host.stderr.text).toBe('');
  });

  test('0 when help is asked for after something else has failed in the process', async () => {
    const before = process.exitCode;
    process.exitCode = 2;
    try {
      expect(await runLab(['help', 'plan'], fakeHost())).toBe(0);
    } finally {
      process.exitCode = before;
    }
  });

  test.each([[[]], [['--help']], [['plan', '--json']]])('2 on Windows, before anything else: %j', async (argv) => {
    const host = fakeHost({ platform: 'win32' });
    expect(await runLab(argv, host)).toBe(2);
    expect(host.stdout.text + host.stderr.text).toMatch(/WindowsNotSupported[^]*wsl --install/);
    expect(host.stdout.text + host.stderr.text).not.toContain('lab plan');
  });

  test('1 when the action fails', async () => {
    expect(await runLab(['plan'], failingHost(assemblyNotFound))).toBe(1);
  });

  test('1 when the lab has a defect', async () => {
    expect(await runLab(['plan'], failingHost(new TypeError('x is undefined')))).toBe(1);
  });

  test('2 when there is a word too many, which is said with one full stop', async () => {
    const host = fakeHost();
    expect(await runLab(['plan', 'extra'], host)).toBe(2);
    expect(host.stderr.text).toMatch(/but got 1\.\n/);
  });

  test.each([[[]], [['paln']], [['plan', '--huors', '3']], [['plan', 'extra']], [['plan', '--html']]])('2 when the command line is wrong: %j', async (argv) => {
    const host = fakeHost();
    expect(await runLab(argv, host)).toBe(2);
    expect(host.stdout.text).toBe('');
    expect(host.stderr.text).not.toBe('');
  });

  test('2 with the help on stderr when no verb is named', async () => {
    const host = fakeHost();
    expect(await runLab(['--verbose'], host)).toBe(2);
    expect(host.stdout.text).toBe('');
    expect(host.stderr.text).toContain('Usage: lab');
  });

  test('2 with an error as JSON when no verb is named to a program', async () => {
    const host = fakeHost();
    expect(await runLab(['--json'], host)).toBe(2);
    expect(JSON.parse(host.stdout.text)).toMatchObject({ error: { code: 'VerbMissing' } });
    expect(host.stderr.text).toBe('');
  });

  test('2 when the configuration is refused', async () => {
    expect(await runLab(['plan'], failingHost(invalidConfig))).toBe(2);
  });

  test('130 when the user interrupts, whether the action fails of it or ends well', async () => {
    const interruption = new AbortController();
    interruption.abort();
    const ended = fakeHost({ signal: interruption.signal });
    const failed = fakeHost({ signal: interruption.signal, actions: { plan: () => Promise.reject(new Error('aborted')) } });
    expect(await runLab(['plan'], ended)).toBe(130);
    expect(await runLab(['plan'], failed)).toBe(130);
    expect(ended.stdout.text).toBe('');
    expect(failed.stderr.text).toContain('Error Interrupted');
  });
});

describe('errors for people', () => {
  test('say what is wrong, what was received and what to do, on stderr', async () => {
    const host = failingHost(assemblyNotFound);
    await runLab(['plan'], host);
    expect(host.stdout.text).toBe('');
    expect(host.stderr.text).toBe([
      'Error AssemblyNotFound',
      '  There is no synthesized assembly in that folder.',
      '  Received  cdk.out',
      '  Remedy    Run `npm run synth` first.',
      '',
    ].join('\n'));
  });

  test('list every problem of the configuration, each once', async () => {
    const host = failingHost(invalidConfig);
    await runLab(['plan'], host);
    expect(host.stderr.text).toMatchInlineSnapshot(`
"Error InvalidConfig
  The configuration has 2 problems.
  Remedy    Correct it and run the command again; nothing was changed.
            docs/configuration.md describes every key.

  vpcCidr (lab.yaml:12)
    Invalid input: expected a private CIDR.
    Received  "8.8.0.0/16"
    Remedy    Use 10.11.0.0/16.

  inflate.replicas
    Too small: expected number to be >=0.
    Received  -1
    Remedy    Use 0.
"
`);
  });

  test('call an unforeseen error a defect, and show its stack only with --verbose', async () => {
    const brief = failingHost(new TypeError('x is undefined'));
    const verbose = failingHost(new TypeError('x is undefined'));
    await runLab(['plan'], brief);
    await runLab(['plan', '--verbose'], verbose);
    expect(brief.stderr.text).toContain('Error DefectFound\n  x is undefined');
    expect(brief.stderr.text).toContain('defect of the lab');
    expect(brief.stderr.text).not.toContain('    at ');
    expect(verbose.stderr.text).toContain('    at ');
  });

  test('never let a received value steer the terminal', async () => {
    const host = failingHost(new LabError({ code: 'X', message: 'bad \u001b[2J name', received: '\u001b]0;title\u0007', remedy: 'None.' }));
    await runLab(['plan'], host);
    expect(host.stderr.text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });

  test('suggest the nearest verb and the nearest flag', async () => {
    const verb = fakeHost();
    const flag = fakeHost();
    await runLab(['paln'], verb);
    await runLab(['plan', '--huors', '3'], flag);
    expect(verb.stderr.text).toContain('Error UnknownVerb');
    expect(verb.stderr.text).toContain('Did you mean plan?');
    expect(flag.stderr.text).toContain('Error UnknownFlag');
    expect(flag.stderr.text).toContain('Did you mean --hours?');
  });
});

describe('errors with --json', () => {
  test('stand on stdout in the place of the result', async () => {
    const host = failingHost(assemblyNotFound);
    expect(await runLab(['plan', '--json'], host)).toBe(1);
    expect(host.stderr.text).toBe('');
    expect(JSON.parse(host.stdout.text)).toEqual({
      error: {
        code: 'AssemblyNotFound',
        message: 'There is no synthesized assembly in that folder.',
        received: 'cdk.out',
        remedy: 'Run `npm run synth` first.',
      },
    });
  });

  test('carry the problems of the configuration as data', async () => {
    const host = failingHost(invalidConfig);
    await runLab(['--json', 'plan'], host);
    expect(JSON.parse(host.stdout.text)).toMatchObject({
      error: { code: 'InvalidConfig', message: 'The configuration has 2 problems.', problems: [{ path: 'vpcCidr' }, { received: -1 }] },
    });
  });

  test('tell a wrong command line as well', async () => {
    const host = fakeHost();
    expect(await runLab(['paln', '--json'], host)).toBe(2);
    expect(JSON.parse(host.stdout.text)).toEqual({
      error: { code: 'UnknownVerb', message: "Unknown command 'paln'.", remedy: 'Did you mean plan? See `lab --help`.' },
    });
  });

  test('carry the stack of a defect only with --verbose', async () => {
    const brief = failingHost(new TypeError('x is undefined'));
    const verbose = failingHost(new TypeError('x is undefined'));
    await runLab(['plan', '--json'], brief);
    await runLab(['plan', '--json', '--verbose'], verbose);
    expect(brief.stdout.text).not.toContain('stack');
    expect(JSON.parse(verbose.stdout.text)).toMatchObject({ error: { code: 'DefectFound', stack: expect.stringContaining('TypeError') as string } });
  });
});

describe('help', () => {
  test('lists the verbs and the exit codes', async () => {
    const host = fakeHost();
    await runLab(['--help'], host);
    expect(host.stdout.text).toMatchSnapshot();
  });

  test('of a verb lists its flags and those of every verb', async () => {
    const host = fakeHost();
    await runLab(['plan', '--help'], host);
    expect(host.stdout.text).toMatchSnapshot();
  });
});
