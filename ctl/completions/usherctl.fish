# SPDX-License-Identifier: Apache-2.0
# Completion of usherctl for fish; belongs into /usr/share/fish/vendor_completions.d.

# The words of the command line that are neither options nor what they take.
function __usherctl_words
    set -l takes_value --config --socket --control --color --store --master-key --label \
        --algorithm --digits --period --service --from --tty --at --session --event --since --with --log --user --count -n \
        --when-down --module --as --rollback-after --format --for --uses --until \
        --memory --passphrase-file
    set -l skip no
    for word in (commandline -opc)[2..-1]
        if test $skip = yes
            set skip no
        else if contains -- $word $takes_value
            set skip yes
        else if not string match -q -- '-*' $word
            echo $word
        end
    end
end

# Whether the command is the one given, with or without its USER or FILE.
function __usherctl_is
    set -l words (__usherctl_words)
    string match -q -- "$argv *" "$words "
end

# Whether exactly these words have been given, so that a command is still to be named.
function __usherctl_at
    set -l words (__usherctl_words)
    test "$words" = "$argv"
end

complete -c usherctl -f
complete -c usherctl -s h -l help -d 'Show help'
complete -c usherctl -l config -r -F -d 'Settings, to find the sockets by'
complete -c usherctl -l socket -r -F -d 'Socket to change credentials through'
complete -c usherctl -l control -r -F -d 'Socket to ask everything else through'
complete -c usherctl -l json -d 'Print JSON, for programs'
complete -c usherctl -l color -x -a 'auto always never' -d 'Colours'
complete -c usherctl -n __usherctl_at -l version -d 'Show the version'

complete -c usherctl -n __usherctl_at -a init -d 'Make an empty store and its master key, once'
complete -c usherctl -n __usherctl_at -a check -d 'Look for mistakes in the configuration'
complete -c usherctl -n __usherctl_at -a pam -d 'Let services ask Usher, and back'
complete -c usherctl -n __usherctl_at -a policy -d 'Rules kept in files: try them out before they count'
complete -c usherctl -n __usherctl_at -a password -d 'Passwords for Usher'
complete -c usherctl -n __usherctl_at -a otp -d 'One-time codes'
complete -c usherctl -n __usherctl_at -a import -d 'Take over one-time codes from other programs'
complete -c usherctl -n __usherctl_at -a recovery -d 'Recovery codes, for a device that was lost'
complete -c usherctl -n __usherctl_at -a enrol -d 'Codes that people add at a login'
complete -c usherctl -n __usherctl_at -a bypass -d 'The help desk: in without a code, for an hour'
complete -c usherctl -n __usherctl_at -a breakglass -d 'Accounts for emergencies'
complete -c usherctl -n __usherctl_at -a key -d 'The master key, which seals what is in the store'
complete -c usherctl -n __usherctl_at -a backup -d 'Write an encrypted copy of the store and its key'
complete -c usherctl -n __usherctl_at -a restore -d 'Put the store back as it was at a backup'
complete -c usherctl -n __usherctl_at -a status -d 'Show how usherd is doing'
complete -c usherctl -n __usherctl_at -a reload -d 'Let usherd read its rules again'
complete -c usherctl -n __usherctl_at -a explain -d 'Say what the rules make of a login, or made of one, and why'
complete -c usherctl -n __usherctl_at -a readiness -d 'List who would be locked out if rules that only observe counted'
complete -c usherctl -n __usherctl_at -a log -d 'Show who came, and what decided'
complete -c usherctl -n __usherctl_at -a sessions -d 'Show who is in'
complete -c usherctl -n __usherctl_at -a session -d 'One session: look at it, end it'
complete -c usherctl -n __usherctl_at -a history -d 'Show who was in, from when until when'
complete -c usherctl -n __usherctl_at -a whoami -d 'Show who you are to Usher, and the session you stand in'
complete -c usherctl -n '__usherctl_at pam' -a plan -d 'Show what apply would change in the PAM stacks'
complete -c usherctl -n '__usherctl_at pam' -a apply -d 'Let services ask Usher, and take it back unless confirmed'
complete -c usherctl -n '__usherctl_at pam' -a confirm -d 'Keep the new stacks, from a login that passed them'
complete -c usherctl -n '__usherctl_at pam' -a rollback -d 'Put back the stacks of before the newest change'
complete -c usherctl -n '__usherctl_at pam' -a status -d 'Show which services ask Usher, and whether a change waits'
complete -c usherctl -n '__usherctl_at pam' -a remove -d 'Take Usher out of all stacks'
complete -c usherctl -n '__usherctl_at policy' -a diff -d 'Show which rules a draft adds, removes, changes or moves'
complete -c usherctl -n '__usherctl_at policy' -a replay -d 'Judge the logins of the past by other rules'
complete -c usherctl -n '__usherctl_at policy' -a test -d 'Try whether the rules do what is expected of them'
complete -c usherctl -n '__usherctl_at password' -a set -d 'Set a password for Usher'
complete -c usherctl -n '__usherctl_at password' -a change -d 'Change your own password for Usher'
complete -c usherctl -n '__usherctl_at password' -a expire -d 'Have somebody choose another password'
complete -c usherctl -n '__usherctl_at otp' -a add -d 'Add a generator of one-time codes'
complete -c usherctl -n '__usherctl_at otp' -a list -d 'List the generators of one-time codes'
complete -c usherctl -n '__usherctl_at otp' -a rename -d 'Call a generator of one-time codes something else'
complete -c usherctl -n '__usherctl_at otp' -a remove -d 'Remove a generator of one-time codes'
complete -c usherctl -n '__usherctl_at recovery' -a new -d 'Make recovery codes, for when the device is lost'
complete -c usherctl -n '__usherctl_at enrol' -a reopen -d 'Let somebody who had a code enrol at a login again'
complete -c usherctl -n '__usherctl_at bypass' -a issue -d 'Help somebody in who has lost what makes their codes'
complete -c usherctl -n '__usherctl_at bypass' -a list -d 'List bypasses, and who issued them'
complete -c usherctl -n '__usherctl_at bypass' -a revoke -d 'Take a bypass away again'
complete -c usherctl -n '__usherctl_at breakglass' -a seal -d 'Make a secret for an envelope'
complete -c usherctl -n '__usherctl_at breakglass' -a list -d 'List break-glass accounts'
complete -c usherctl -n '__usherctl_at breakglass' -a revoke -d 'Let a break-glass secret count no more'
complete -c usherctl -n '__usherctl_at breakglass' -a test -d 'See whether a break-glass secret would still work'
complete -c usherctl -n '__usherctl_at key' -a status -d 'Say which master key is in force, and where it is'
complete -c usherctl -n '__usherctl_at key' -a rotate -d 'Put a new master key in force'
complete -c usherctl -n '__usherctl_at key' -a new -d 'Write a new master key to standard output'
complete -c usherctl -n '__usherctl_at session' -a show -d 'Tell all about one session, open or past'
complete -c usherctl -n '__usherctl_at session' -a end -d 'Let what was proven in a session count no more'

complete -c usherctl -n '__usherctl_is init' -l store -r -F -d 'Make the store here'
complete -c usherctl -n '__usherctl_is init' -l master-key -r -F -d 'Make its key here'

complete -c usherctl -n '__usherctl_is backup' -F
complete -c usherctl -n '__usherctl_is backup' -l force -d 'Replace a file of that name'
complete -c usherctl -n '__usherctl_is backup' -l memory -x -a '256MiB 1GiB' -d 'What each guess at the passphrase takes'
complete -c usherctl -n '__usherctl_is backup' -l passphrase-file -r -F -d 'Where the passphrase is'
complete -c usherctl -n '__usherctl_is backup' -l stdin -d 'Read the passphrase from standard input'

complete -c usherctl -n '__usherctl_is restore' -F
complete -c usherctl -n '__usherctl_is restore' -l dry-run -d 'Verify it, and say what would change'
complete -c usherctl -n '__usherctl_is restore' -l master-key -r -F -d 'The key to seal with'
complete -c usherctl -n '__usherctl_is restore' -l passphrase-file -r -F -d 'Where the passphrase is'
complete -c usherctl -n '__usherctl_is restore' -l stdin -d 'Read the passphrase from standard input'

complete -c usherctl -n '__usherctl_is check' -F
complete -c usherctl -n '__usherctl_is check' -l rules-only -d 'Leave this machine out'
complete -c usherctl -n '__usherctl_is check' -l strict -d 'Exit with 4 for warnings too'

complete -c usherctl -n '__usherctl_is pam plan' -l service -x -a '(path basename /etc/pam.d/*)' -d 'Services that are to ask Usher'
complete -c usherctl -n '__usherctl_is pam plan' -l everywhere -d 'All services that ask for a password'
complete -c usherctl -n '__usherctl_is pam plan' -l observe -d 'Let everything go on as before'
complete -c usherctl -n '__usherctl_is pam plan' -l when-down -x -a 'none console group:' -d 'Who gets in while usherd is gone'
complete -c usherctl -n '__usherctl_is pam plan' -l module -r -F -d 'pam_usher.so, where libpam does not find it'
complete -c usherctl -n '__usherctl_is pam apply' -l service -x -a '(path basename /etc/pam.d/*)' -d 'Services that are to ask Usher'
complete -c usherctl -n '__usherctl_is pam apply' -l everywhere -d 'All services that ask for a password'
complete -c usherctl -n '__usherctl_is pam apply' -l observe -d 'Let everything go on as before'
complete -c usherctl -n '__usherctl_is pam apply' -l when-down -x -a 'none console group:' -d 'Who gets in while usherd is gone'
complete -c usherctl -n '__usherctl_is pam apply' -l module -r -F -d 'pam_usher.so, where libpam does not find it'
complete -c usherctl -n '__usherctl_is pam apply' -l as -x -a '(__fish_complete_users)' -d 'The account by which logins are tried out'
complete -c usherctl -n '__usherctl_is pam apply' -l rollback-after -x -a '10m 1h never' -d 'When the old stacks come back'

complete -c usherctl -n '__usherctl_is pam rollback' -l due -d 'Only where the time to confirm is over'

complete -c usherctl -n '__usherctl_is policy diff' -l with -r -F -d 'A directory in place of the last one of [rules]'

complete -c usherctl -n '__usherctl_is policy replay' -l with -r -F -d 'A directory in place of the last one of [rules]'
complete -c usherctl -n '__usherctl_is policy replay' -l since -x -a '24h 7d 30d' -d 'How far back'
complete -c usherctl -n '__usherctl_is policy replay' -l log -r -F -d 'A file of the audit log'

complete -c usherctl -n '__usherctl_is policy test' -F
complete -c usherctl -n '__usherctl_is policy test' -l with -r -F -d 'A directory in place of the last one of [rules]'

complete -c usherctl -n '__usherctl_is password set' -a '(__fish_complete_users)'
complete -c usherctl -n '__usherctl_is password set' -l stdin -d 'Read the answers from standard input'
complete -c usherctl -n '__usherctl_is password set' -l change-at-login -d 'Have them choose another one at their next login'
complete -c usherctl -n '__usherctl_is password expire' -a '(__fish_complete_users)'

complete -c usherctl -n '__usherctl_is otp add' -a '(__fish_complete_users)'
complete -c usherctl -n '__usherctl_is otp add' -l stdin -d 'Read the answers from standard input'
complete -c usherctl -n '__usherctl_is otp add' -l label -x -d 'What to call it'
complete -c usherctl -n '__usherctl_is otp add' -l algorithm -x -a 'SHA1 SHA256 SHA512' -d 'How codes are made'
complete -c usherctl -n '__usherctl_is otp add' -l digits -x -a '6 7 8' -d 'Digits of a code'
complete -c usherctl -n '__usherctl_is otp add' -l period -x -d 'How long a code is shown, in seconds'
complete -c usherctl -n '__usherctl_is otp add' -l hotp -d 'Codes that count instead of following the clock'
complete -c usherctl -n '__usherctl_is otp add' -l no-qr -d 'Show no QR code'
complete -c usherctl -n '__usherctl_is otp add' -l plain -d 'Show no QR code'

complete -c usherctl -n '__usherctl_is otp list' -a '(__fish_complete_users)'

complete -c usherctl -n '__usherctl_is otp remove' -a '(__fish_complete_users)'
complete -c usherctl -n '__usherctl_is otp remove' -l stdin -d 'Read the answers from standard input'
complete -c usherctl -n '__usherctl_is otp remove' -l label -x -d 'Which'

complete -c usherctl -n '__usherctl_is import' -F
complete -c usherctl -n '__usherctl_is import' -l user -x -a '(__fish_complete_users)' -d 'Whose the codes are, where the files do not say'
complete -c usherctl -n '__usherctl_is import' -l by-account -d 'The accounts in addresses are users here'
complete -c usherctl -n '__usherctl_is import' -l label -x -d 'What to call it'
complete -c usherctl -n '__usherctl_is import' -l format -x -a 'google-authenticator users.oath otpauth csv' -d 'Of what format the files are'
complete -c usherctl -n '__usherctl_is import' -l dry-run -d 'Show what would change, and change nothing'
complete -c usherctl -n '__usherctl_is import' -l skip-bad -d 'Take over what can be'
complete -c usherctl -n '__usherctl_is password change' -l stdin -d 'Read the answers from standard input'

complete -c usherctl -n '__usherctl_is otp rename' -l stdin -d 'Read the answers from standard input'

complete -c usherctl -n '__usherctl_is recovery new' -a '(__fish_complete_users)'
complete -c usherctl -n '__usherctl_is recovery new' -l stdin -d 'Read the answers from standard input'

complete -c usherctl -n '__usherctl_is enrol reopen' -a '(__fish_complete_users)'
complete -c usherctl -n '__usherctl_is enrol reopen' -l stdin -d 'Read the answers from standard input'

complete -c usherctl -n '__usherctl_is bypass issue' -a '(__fish_complete_users)'
complete -c usherctl -n '__usherctl_is bypass issue' -l stdin -d 'Read the answers from standard input'
complete -c usherctl -n '__usherctl_is bypass issue' -l service -x -a '(path basename /etc/pam.d/*)' -d 'Where it counts'
complete -c usherctl -n '__usherctl_is bypass issue' -l for -x -a '1h 8h 24h' -d 'How long it counts'
complete -c usherctl -n '__usherctl_is bypass issue' -l uses -x -d 'How often it counts'

complete -c usherctl -n '__usherctl_is bypass list' -a '(__fish_complete_users)'

complete -c usherctl -n '__usherctl_is bypass revoke' -a '(__fish_complete_users)'
complete -c usherctl -n '__usherctl_is bypass revoke' -l stdin -d 'Read the answers from standard input'

complete -c usherctl -n '__usherctl_is breakglass seal' -a '(__fish_complete_users)'
complete -c usherctl -n '__usherctl_is breakglass seal' -l stdin -d 'Read the answers from standard input'
complete -c usherctl -n '__usherctl_is breakglass seal' -l until -x -d 'The last day on which it counts'
complete -c usherctl -n '__usherctl_is breakglass seal' -l for -x -a '30d 1y' -d 'How long it counts'

complete -c usherctl -n '__usherctl_is breakglass list' -a '(__fish_complete_users)'

complete -c usherctl -n '__usherctl_is breakglass revoke' -a '(__fish_complete_users)'
complete -c usherctl -n '__usherctl_is breakglass revoke' -l stdin -d 'Read the answers from standard input'

complete -c usherctl -n '__usherctl_is breakglass test' -a '(__fish_complete_users)'
complete -c usherctl -n '__usherctl_is breakglass test' -l stdin -d 'Read the answers from standard input'

complete -c usherctl -n '__usherctl_is explain' -a '(__fish_complete_users)'
complete -c usherctl -n '__usherctl_is explain' -l service -x -a '(path basename /etc/pam.d/*)' -d 'Through what'
complete -c usherctl -n '__usherctl_is explain' -l from -x -d 'The address they come from'
complete -c usherctl -n '__usherctl_is explain' -l tty -x -d 'The terminal or display the program names'
complete -c usherctl -n '__usherctl_is explain' -l at -x -d 'When, in local time'
complete -c usherctl -n '__usherctl_is explain' -l session -x -d 'The session they stand in, by its id'
complete -c usherctl -n '__usherctl_is explain' -l event -x -d 'A login that was, by its id'
complete -c usherctl -n '__usherctl_is explain' -l with -x -a 'publickey password' -d 'What is proven already'

complete -c usherctl -n '__usherctl_is readiness' -l since -x -a '24h 7d 30d' -d 'How far back'
complete -c usherctl -n '__usherctl_is readiness' -l all -d 'Also who would get in'

complete -c usherctl -n '__usherctl_is log' -s n -l count -x -d 'How many events'
complete -c usherctl -n '__usherctl_is log' -l user -x -a '(__fish_complete_users)' -d 'Only events about this user'

complete -c usherctl -n '__usherctl_is sessions' -l watch -d 'Go on, and show them anew whenever something has changed'

complete -c usherctl -n '__usherctl_is session end' -l user -x -a '(__fish_complete_users)' -d 'All that this user has open'

complete -c usherctl -n '__usherctl_is history' -a '(__fish_complete_users)'
complete -c usherctl -n '__usherctl_is history' -l since -x -a '24h 7d 30d' -d 'How far back'
complete -c usherctl -n '__usherctl_is history' -s n -l count -x -d 'How many of the latest'
