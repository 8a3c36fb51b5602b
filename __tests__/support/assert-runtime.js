/** Runs once before all tests: the tests must run on the runtime that the action declares (`runs.using: node24`). */
export default function assertRuntime() {
  const major = Number(process.versions.node.split('.')[0])
  if (major !== 24) {
    throw new Error(`The tests must run on Node 24, not on ${process.version}. Use "npm test", not "npx jest".`)
  }
}
