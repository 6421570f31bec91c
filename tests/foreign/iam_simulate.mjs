// The simulator of IAM policies of other people (`@cloud-copilot/iam-simulate`, AGPL): asked from outside, as a
// process of its own, with one JSON question and one JSON answer.
import { pathToFileURL } from 'node:url';

const home = pathToFileURL(`${process.env.NODE_PATH}/@cloud-copilot/iam-simulate/dist/esm/index.js`);
const { runSimulation } = await import(home);

let text = '';
for await (const piece of process.stdin) text += piece;
const { ask, cases } = JSON.parse(text);
if (ask !== 'simulate') throw new Error(`unknown question: ${ask}`);
const outcomes = [];
const started = process.hrtime.bigint();
for (const one of cases) {
  try {
    const answer = await runSimulation(one, {});
    outcomes.push(answer.resultType === 'error' ? { error: JSON.stringify(answer.errors) } : { outcome: answer.overallResult });
  } catch (error) {
    outcomes.push({ error: String(error) });
  }
}
const seconds = Number(process.hrtime.bigint() - started) / 1e9;
process.stdout.write(JSON.stringify({ outcomes, seconds }));
