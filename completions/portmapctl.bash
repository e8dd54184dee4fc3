# Completions of portmapctl for bash; "portmapctl generate-completion bash" prints them.

# Offers words that fit, and file names too where a second argument is given.
_portmapctl__offer() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
  if [[ -z ${2-} ]]; then
    return
  fi
  if ((${#COMPREPLY[@]} == 0)); then
    compopt -o default # readline's own, which know quotes and ~
  else
    compopt -o filenames
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$cur")
  fi
}

# Offers names of the current rules, or of those that the line names; others wrote them, and nothing expands them.
_portmapctl__names() {
  local program=portmapctl name rest i line=${COMP_LINE:0:COMP_POINT} rules=()
  [[ ${COMP_WORDS[0]} == /* ]] && program=${COMP_WORDS[0]}
  for ((i = 2; i + 1 < COMP_CWORD; i++)); do
    if [[ ${COMP_WORDS[i]} == --ruleset || ${COMP_WORDS[i]} == --ruleset6 ]]; then
      name=${COMP_WORDS[i]}
      [[ ${COMP_WORDS[i + 1]} == '=' ]] && ((i++))
      rules+=("$name=${COMP_WORDS[i + 1]}")
    fi
  done
  # readline replaces what stands behind the last colon
  line=${line##*[[:space:]=]}
  while IFS=$'\t' read -r name rest; do
    [[ $name == "$line"* ]] && COMPREPLY+=("${name#"${line%"$cur"}"}")
  done < <("$program" generate-completion --names "$1" "${rules[@]}" 2>/dev/null)
}

# Offers options after a dash or where there is nothing else, otherwise arguments.
_portmapctl__arguments() {
  if [[ $cur == -* || -z $2$3 ]]; then
    _portmapctl__offer "$1"
  else
    _portmapctl__offer "$2" "$3"
  fi
}

_portmapctl_add() {
  case $prev in
    --net)
      _portmapctl__names network
      return
      ;;
    --container-id)
      _portmapctl__names container
      return
      ;;
    --plugin-type | --ifname | --ip | -p | --publish | --condition-v4 | --condition-v6 | --mark-bit | --set-mark-chain | --confirm | --probe | --wait | --host-interface)
      return
      ;;
    --layout)
      _portmapctl__offer 'auto snat mark' ''
      return
      ;;
    --ruleset | --ruleset6)
      _portmapctl__offer 'live empty' files
      return
      ;;
    --family)
      _portmapctl__offer 'both ipv4 ipv6' ''
      return
      ;;
    --iptables)
      _portmapctl__offer 'auto nft legacy' ''
      return
      ;;
    --host | --undo | --lock-file | --keep-in)
      _portmapctl__offer '' files
      return
      ;;
    -o | --output)
      _portmapctl__offer 'diff brief json restore commands save plan document' ''
      return
      ;;
    --color)
      _portmapctl__offer 'auto always never' ''
      return
      ;;
  esac
  _portmapctl__arguments '--net --container-id --plugin-type --ifname --ip -p --publish --no-snat --condition-v4 --condition-v6 --masq-all --mark-bit --set-mark-chain --layout --include-dead --ruleset --ruleset6 --family --iptables --host -o --output --apply -y --yes --rehearse --undo --confirm --probe --wait --lock-file --host-interface --keep --keep-in --color -v --verbose -q --quiet --exit-code --force --keep-going -h --help' '' files
}

_portmapctl_del() {
  case $prev in
    --net)
      _portmapctl__names network
      return
      ;;
    --container-id)
      _portmapctl__names container
      return
      ;;
    --plugin-type | --ifname | --ip | -p | --publish | --condition-v4 | --condition-v6 | --mark-bit | --set-mark-chain | --confirm | --probe | --wait | --host-interface)
      return
      ;;
    --layout)
      _portmapctl__offer 'auto snat mark' ''
      return
      ;;
    --chain)
      _portmapctl__names chain
      return
      ;;
    --ruleset | --ruleset6)
      _portmapctl__offer 'live empty' files
      return
      ;;
    --family)
      _portmapctl__offer 'both ipv4 ipv6' ''
      return
      ;;
    --iptables)
      _portmapctl__offer 'auto nft legacy' ''
      return
      ;;
    --host | --undo | --lock-file | --keep-in)
      _portmapctl__offer '' files
      return
      ;;
    -o | --output)
      _portmapctl__offer 'diff brief json restore commands save plan' ''
      return
      ;;
    --color)
      _portmapctl__offer 'auto always never' ''
      return
      ;;
  esac
  _portmapctl__arguments '--net --container-id --plugin-type --ifname --ip -p --publish --no-snat --condition-v4 --condition-v6 --masq-all --mark-bit --set-mark-chain --layout --include-dead --chain --prune --ruleset --ruleset6 --family --iptables --host -o --output --apply -y --yes --rehearse --undo --confirm --probe --wait --lock-file --host-interface --keep --keep-in --color -v --verbose -q --quiet --exit-code --force --keep-going -h --help' '' files
}

_portmapctl_check() {
  case $prev in
    --net)
      _portmapctl__names network
      return
      ;;
    --container-id)
      _portmapctl__names container
      return
      ;;
    --plugin-type | --ifname | --ip | -p | --publish | --condition-v4 | --condition-v6 | --mark-bit | --set-mark-chain | --host-interface | --wait)
      return
      ;;
    --layout)
      _portmapctl__offer 'auto snat mark' ''
      return
      ;;
    --ruleset | --ruleset6)
      _portmapctl__offer 'live empty' files
      return
      ;;
    --family)
      _portmapctl__offer 'both ipv4 ipv6' ''
      return
      ;;
    --iptables)
      _portmapctl__offer 'auto nft legacy' ''
      return
      ;;
    --host | --keep-in)
      _portmapctl__offer '' files
      return
      ;;
    -o | --output)
      _portmapctl__offer 'diff json nagios metrics' ''
      return
      ;;
    --color)
      _portmapctl__offer 'auto always never' ''
      return
      ;;
  esac
  _portmapctl__arguments '--net --container-id --plugin-type --ifname --ip -p --publish --no-snat --condition-v4 --condition-v6 --masq-all --mark-bit --set-mark-chain --layout --include-dead --ruleset --ruleset6 --family --iptables --host -o --output --host-interface --wait --keep-in --keep-going --color -v --verbose -q --quiet -h --help' '' files
}

_portmapctl_list() {
  case $prev in
    --ruleset | --ruleset6)
      _portmapctl__offer 'live empty' files
      return
      ;;
    --family)
      _portmapctl__offer 'both ipv4 ipv6' ''
      return
      ;;
    --iptables)
      _portmapctl__offer 'auto nft legacy' ''
      return
      ;;
    --host | --attachments | --keep-in)
      _portmapctl__offer '' files
      return
      ;;
    --plugin-type | --wait)
      return
      ;;
    --net)
      _portmapctl__names network
      return
      ;;
    --container-id)
      _portmapctl__names container
      return
      ;;
    --port)
      _portmapctl__names port
      return
      ;;
    --state)
      _portmapctl__offer 'ok orphan incomplete conflict shadowed' ''
      return
      ;;
    -o | --output)
      _portmapctl__offer 'table wide json metrics' ''
      return
      ;;
    --color)
      _portmapctl__offer 'auto always never' ''
      return
      ;;
  esac
  _portmapctl__arguments '--ruleset --ruleset6 --family --iptables --host --attachments --plugin-type --net --container-id --port --state --exit-code -o --output --wait --keep-in --keep-going --color -v --verbose -q --quiet -h --help' '' ''
}

_portmapctl_explain() {
  case $prev in
    --net)
      _portmapctl__names network
      return
      ;;
    --container-id)
      _portmapctl__names container
      return
      ;;
    --plugin-type | --ifname | --ip | -p | --publish | --condition-v4 | --condition-v6 | --mark-bit | --set-mark-chain | --packet | --local-address | --host-interface | --wait)
      return
      ;;
    --layout)
      _portmapctl__offer 'auto snat mark' ''
      return
      ;;
    --port)
      _portmapctl__names port
      return
      ;;
    --ruleset | --ruleset6)
      _portmapctl__offer 'live empty' files
      return
      ;;
    --family)
      _portmapctl__offer 'both ipv4 ipv6' ''
      return
      ;;
    --iptables)
      _portmapctl__offer 'auto nft legacy' ''
      return
      ;;
    --host | --addresses | --routes)
      _portmapctl__offer '' files
      return
      ;;
    -o | --output)
      _portmapctl__offer 'text json dot svg nft-trace' ''
      return
      ;;
    --color)
      _portmapctl__offer 'auto always never' ''
      return
      ;;
  esac
  _portmapctl__arguments '--net --container-id --plugin-type --ifname --ip -p --publish --no-snat --condition-v4 --condition-v6 --masq-all --mark-bit --set-mark-chain --layout --include-dead --packet --port --probe --ruleset --ruleset6 --family --iptables --host --local-address --addresses --routes -o --output --host-interface --wait --keep-going --color -v --verbose -q --quiet -h --help' '' files
}

_portmapctl_gc() {
  case $prev in
    --plugin-type | --confirm | --probe | --wait | --host-interface)
      return
      ;;
    --ruleset | --ruleset6)
      _portmapctl__offer 'live empty' files
      return
      ;;
    --family)
      _portmapctl__offer 'both ipv4 ipv6' ''
      return
      ;;
    --iptables)
      _portmapctl__offer 'auto nft legacy' ''
      return
      ;;
    --host | --undo | --lock-file | --keep-in)
      _portmapctl__offer '' files
      return
      ;;
    -o | --output)
      _portmapctl__offer 'diff brief json restore commands save plan' ''
      return
      ;;
    --color)
      _portmapctl__offer 'auto always never' ''
      return
      ;;
  esac
  _portmapctl__arguments '--all-networks --plugin-type --ruleset --ruleset6 --family --iptables --host -o --output --apply -y --yes --rehearse --undo --confirm --probe --wait --lock-file --host-interface --keep-in --color -v --verbose -q --quiet --exit-code --force --keep-going -h --help' '' files
}

_portmapctl_restore() {
  case $prev in
    --keep-in | --undo | --lock-file)
      _portmapctl__offer '' files
      return
      ;;
    --plugin-type | --confirm | --probe | --wait | --host-interface)
      return
      ;;
    --family)
      _portmapctl__offer 'both ipv4 ipv6' ''
      return
      ;;
    --iptables)
      _portmapctl__offer 'auto nft legacy' ''
      return
      ;;
    -o | --output)
      _portmapctl__offer 'diff brief json' ''
      return
      ;;
    --color)
      _portmapctl__offer 'auto always never' ''
      return
      ;;
  esac
  _portmapctl__arguments '--keep-in --plugin-type --family --iptables -o --output -y --yes --rehearse --undo --confirm --probe --wait --lock-file --host-interface --color -v --verbose -q --quiet --force --keep-going -h --help' '' ''
}

_portmapctl_apply() {
  case $prev in
    -o | --output)
      _portmapctl__offer 'diff brief json restore commands save' ''
      return
      ;;
    --undo | --lock-file)
      _portmapctl__offer '' files
      return
      ;;
    --confirm | --probe | --wait)
      return
      ;;
    --color)
      _portmapctl__offer 'auto always never' ''
      return
      ;;
  esac
  _portmapctl__arguments '--show -o --output -y --yes --rehearse --undo --confirm --probe --wait --lock-file --color -v --verbose -q --quiet -h --help' '' files
}

_portmapctl_strip() {
  case $prev in
    --only)
      _portmapctl__offer 'cni docker netavark crio kube-proxy' ''
      return
      ;;
  esac
  _portmapctl__arguments '--only -q --quiet -h --help' '' files
}

_portmapctl_confirm() {
  _portmapctl__arguments '--all --list -q --quiet -h --help' '' ''
}

_portmapctl_snapshot() {
  case $prev in
    --wait)
      return
      ;;
  esac
  _portmapctl__arguments '--wait -q --quiet -h --help' '' files
}

_portmapctl_shell() {
  case $prev in
    --ruleset | --ruleset6)
      _portmapctl__offer 'live empty' files
      return
      ;;
  esac
  _portmapctl__arguments '--ruleset --ruleset6 --keep-going -h --help' '' ''
}

_portmapctl_generate-completion() {
  case $prev in
    --names)
      _portmapctl__offer 'network container port chain' ''
      return
      ;;
    --ruleset | --ruleset6)
      _portmapctl__offer 'live empty' files
      return
      ;;
  esac
  _portmapctl__arguments '--names --ruleset --ruleset6 -h --help' 'bash zsh fish' ''
}

_portmapctl_help() {
  case $prev in
    --schema)
      _portmapctl__offer 'plan saved-plan check list trace reach explanation snapshot error' ''
      return
      ;;
  esac
  _portmapctl__arguments '--schema -h --help' 'add del check list explain gc restore apply strip confirm snapshot shell generate-completion help' ''
}

# Of 127.0.0.1:80, which comes as several words, what stands behind the last colon, and the option before it.
_portmapctl__colon() {
  local line=${COMP_LINE:0:COMP_POINT}
  local word=${line##*[[:space:]=]}
  line=${line%"$word"}
  while [[ $line == *[[:space:]=] ]]; do
    line=${line%?}
  done
  cur=${word##*:}
  prev=${line##*[[:space:]]}
}

_portmapctl() {
  local IFS=$' \t\n' cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  # --output=json comes as three words
  if [[ $cur == '=' ]]; then
    cur=
  elif [[ $prev == '=' ]] && ((COMP_CWORD > 2)); then
    prev=${COMP_WORDS[COMP_CWORD - 2]}
  elif [[ $cur == :* || $prev == *: ]]; then
    _portmapctl__colon
  fi
  if ((COMP_CWORD == 1)); then
    _portmapctl__arguments '-h --help -V --version' 'add del check list explain gc restore apply strip confirm snapshot shell generate-completion help' ''
    return
  fi
  case ${COMP_WORDS[1]} in
    add) _portmapctl_add ;;
    del) _portmapctl_del ;;
    check) _portmapctl_check ;;
    list) _portmapctl_list ;;
    explain) _portmapctl_explain ;;
    gc) _portmapctl_gc ;;
    restore) _portmapctl_restore ;;
    apply) _portmapctl_apply ;;
    strip) _portmapctl_strip ;;
    confirm) _portmapctl_confirm ;;
    snapshot) _portmapctl_snapshot ;;
    shell) _portmapctl_shell ;;
    generate-completion) _portmapctl_generate-completion ;;
    help) _portmapctl_help ;;
  esac
}

complete -F _portmapctl portmapctl
