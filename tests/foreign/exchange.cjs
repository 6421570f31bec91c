// One question on standard input, one answer on standard output, both JSON; how a test talks to a peer.
'use strict';

module.exports = async function exchange(answers) {
  // Libraries print their troubles; standard output is for the answer.
  console.log = console.warn = console.error;
  let text = '';
  for await (const piece of process.stdin) text += piece;
  const question = JSON.parse(text);
  let answer;
  try {
    answer = await answers[question.ask](question);
  } catch (error) {
    answer = { error: `${error.name}: ${error.message}` };
  }
  process.stdout.write(JSON.stringify(answer));
};
