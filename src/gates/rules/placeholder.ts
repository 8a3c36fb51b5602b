/** What stands in place of a password in code, documentation and redacted logs. */

import { isWritten } from './random.js'

/** Something is filled in here: `${X}`, `{{ x }}`, `<x>`, `%s`, `$X`, `[x]`, `#{x}`, `@x@`. */
const TEMPLATE =
  /^[$%{<[(&#@]|\$\{|\$\(|\{\{|\{[\w.]*\}|%[sdv(]|%[A-Z_]+%|\[[A-Z_ -]+\]|<[\w-]+>|^env\.|process\.env|os\.(?:environ|getenv)/
/** Nothing but one character, or marks that hide. */
const HIDDEN = /^(.)\1*$|\*{3}|…|\.{3}|•{2}|x{4}|X{4}|_{4}/
const WORDS = new Set(
  (
    'password passwd passwort pass passphrase pw pwd secret secrets token apikey api_key api-key key credentials creds user username user_name ' +
    'admin root guest postgres postgresql mysql mariadb mongo mongodb redis rabbitmq test testing tests test123 example sample dummy fake foo ' +
    'bar baz foobar changeme change_me changeit change-me placeholder redacted hidden masked removed none null undefined true false ' +
    'yourpassword your_password your-password mypassword my_password my-password mysecret mysecretpassword secretpassword db_password dbpassword dbpass ' +
    'db_pass userpass userpassword login access_token authtoken auth_token x-oauth-basic x-access-token oauth oauth2 string value letmein ' +
    'qwerty default docker local localhost dev development demo hunter2 s3cret pass123 password1 password123 admin123 abc123 12345 123456 1234567 12345678 123456789 1234567890 1234'
  ).split(' ')
)

/** Whether something is filled in here before use. */
export function isTemplate(text: string): boolean {
  return TEMPLATE.test(text)
}

/** Whether nobody ever logged in with this: a template, a row of stars, one of the words that stand for a password. */
export function isPlaceholder(password: string): boolean {
  return (
    TEMPLATE.test(password) ||
    HIDDEN.test(password) ||
    WORDS.has(password.toLowerCase()) ||
    /^(?:your|my|the)[-_]/i.test(password) ||
    isWritten(password)
  )
}
