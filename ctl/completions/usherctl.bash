# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Completion of usherctl for bash; belongs into /usr/share/bash-completion/completions/usherctl.

# The options of a command, beside those of all commands.
_usherctl_options() {
  case $1 in
  init) echo '--store --master-key' ;;
  check) echo '--rules-only --strict' ;;
  'pam plan') echo '--service --everywhere --observe --when-down --module' ;;
  'pam apply')
    echo '--service --everywhere --observe --when-down --module --as --rollback-after'
    ;;
  'pam rollback') echo '--due' ;;
  'policy test' | 'policy diff') echo '--with' ;;
  'policy replay') echo '--with --since --log' ;;
  'password change' | 'otp rename' | 'recovery new' | 'enrol reopen' | 'bypass revoke' | \
    'breakglass revoke' | 'breakglass test')
    echo '--stdin'
    ;;
  'password set') echo '--stdin --change-at-login' ;;
  'bypass issue') echo '--stdin --service --for --uses' ;;
  'breakglass seal') echo '--stdin --until --for' ;;
  'otp add') echo '--stdin --label --algorithm --digits --period --hotp --no-qr --plain' ;;
  'otp remove') echo '--stdin --label' ;;
  backup) echo '--force --memory --passphrase-file --stdin' ;;
  restore) echo '--dry-run --master-key --passphrase-file --stdin' ;;
  import) echo '--user --by-account --label --format --dry-run --skip-bad' ;;
  explain) echo '--service --from --tty --at --session --with --event' ;;
  readiness) echo '--since --all' ;;
  log) echo '-n --count --user' ;;
  sessions) echo '--watch' ;;
  'session end') echo '--user' ;;
  history) echo '--since -n --count' ;;
  '') echo '--version' ;;
  esac
}

# What may stand where no option does: words that lead to a command, or what it is about.
_usherctl_words() {
  case $1 in
  '')
    compgen -W 'init check pam policy password otp import recovery enrol bypass breakglass key backup restore status reload explain readiness log sessions
      session history whoami' -- "$2"
    ;;
  pam) compgen -W 'plan apply confirm rollback status remove' -- "$2" ;;
  policy) compgen -W 'test diff replay' -- "$2" ;;
  password) compgen -W 'set change expire' -- "$2" ;;
  recovery) compgen -W 'new' -- "$2" ;;
  enrol) compgen -W 'reopen' -- "$2" ;;
  bypass) compgen -W 'issue list revoke' -- "$2" ;;
  breakglass) compgen -W 'seal list revoke test' -- "$2" ;;
  otp) compgen -W 'add list rename remove' -- "$2" ;;
  session) compgen -W 'show end' -- "$2" ;;
  key) compgen -W 'status rotate new' -- "$2" ;;
  check | import | backup | restore | 'policy test') compgen -f -- "$2" ;;
  'password set' | 'password expire' | 'otp add' | 'otp list' | 'otp remove' | 'recovery new' | 'enrol reopen' | 'bypass issue' | 'bypass list' | \
    'bypass revoke' | 'breakglass seal' | 'breakglass list' | 'breakglass revoke' | 'breakglass test' | explain | history)
    compgen -u -- "$2"
    ;;
  esac
}

_usherctl() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  # bash takes --option=value for three words.
  if [[ $current == '=' ]]; then
    current=''
  elif [[ $previous == '=' ]]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  COMPREPLY=()

  local values=''
  case $previous in
  --config | --socket | --control | --store | --master-key | --passphrase-file | --log | --module)
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
    return
    ;;
  --user | --as)
    mapfile -t COMPREPLY < <(compgen -u -- "$current")
    return
    ;;
  --color) values='auto always never' ;;
  --algorithm) values='SHA1 SHA256 SHA512' ;;
  --digits) values='6 7 8' ;;
  --memory) values='256MiB 1GiB' ;;
  --format) values='google-authenticator users.oath otpauth csv' ;;
  --with)
    if [[ " ${COMP_WORDS[*]} " == *' policy '* ]]; then
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
    fi
    values='publickey password'
    ;;
  --service) values=$(cd /etc/pam.d 2>/dev/null && echo *) ;;
  --since) values='24h 7d 30d' ;;
  --when-down) values='none console group:' ;;
  --for) values='1h 8h 24h 1y' ;;
  --rollback-after) values='10m 1h never' ;;
  --label | --period | --from | --tty | --at | --session | --event | --count | -n | --uses | --until) return ;;
  esac
  if [[ -n $values ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$values" -- "$current")
    return
  fi

  local command='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
    --config | --socket | --control | --color | --store | --master-key | --label | --algorithm | \
      --digits | --period | --service | --from | --tty | --at | --session | --event | --since | --with | --log | --user | --count | -n | \
      --when-down | --module | --as | --rollback-after | --for | --uses | --until | --format)
      [[ ${COMP_WORDS[i + 1]-} != '=' ]] || ((i++))
      ((i++))
      ;;
    -*) ;;
    *)
      case $command in
      '' | pam | policy | password | otp | recovery | enrol | bypass | breakglass | session) command=${command:+$command }${COMP_WORDS[i]} ;;
      esac
      ;;
    esac
  done

  if [[ $current == -* ]]; then
    local common='-h --help --config --socket --control --json --color'
    mapfile -t COMPREPLY < <(compgen -W "$common $(_usherctl_options "$command")" -- "$current")
  else
    mapfile -t COMPREPLY < <(_usherctl_words "$command" "$current")
  fi
}
complete -o filenames -F _usherctl usherctl
