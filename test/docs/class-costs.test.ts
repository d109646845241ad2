import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { planStack } from '../../lib/plan/plan';
import type { ClassSize, PlanResult } from '../../lib/plan/plan-result';
import { synthLab } from '../support/synth-lab';

/** Documents with the table of what a class costs. */
const DOCUMENTS = ['README.md', 'docs/class.md'];

/** Figures of a row: `| 100 | 101 | 812 | 0.273 | 35.27 | **0.353** |`. */
const ROW = /^\| (\d+) \| (\d+) \| ([\d,]+) \| ([\d.]+) \| ([\d.]+) \| \*\*([\d.]+)\*\* \|$/gm;

function rowsOf(document: string): readonly (readonly string[])[] {
  return [...readFileSync(resolve(__dirname, '../..', document), 'utf8').matchAll(ROW)].map(([, ...figures]) => figures);
}

function rowOf({ students, nodes, vcpus, idlePerHour, scaledOutPerHour, studentHour }: ClassSize): readonly string[] {
  return [String(students), String(nodes), String(vcpus), idlePerHour.toFixed(3), scaledOutPerHour.toFixed(2), studentHour.toFixed(3)];
}

describe('what a class costs', () => {
  let plan: PlanResult;

  beforeAll(async () => {
    plan = planStack((await synthLab()).synthesized);
  });

  test.each(DOCUMENTS)('stands in %s as the plan has it', (document) => {
    expect(plan.class.sizes.map(({ students }) => students)).toEqual([10, 30, 100]);
    expect(rowsOf(document)).toEqual(plan.class.sizes.map(rowOf));
  });

  test('and what would make it cheaper stands in docs/class.md as the plan has it', () => {
    const text = readFileSync(resolve(__dirname, '../..', 'docs/class.md'), 'utf8');
    const rows = plan.class.savings.map(({ settings, seat: { nodes, vcpus, pricePerHour } }) =>
      `| ${settings.map((setting) => `\`-c ${setting}\``).join(' ')} | ${nodes.map(({ instanceType }) => instanceType).join(', ')} | ${vcpus} | ${pricePerHour.toFixed(3)} |`);

    expect(rows).toHaveLength(3);
    expect(rows.filter((row) => !text.includes(row))).toEqual([]);
  });
});
