# Compares what `nowake residency --nodes --output json` said with what was expected; prints a table. Exit 1 on a miss.
FNR == NR && $1 == "model" {
  names[++count] = $2; node[$2] = $3; low[$2] = $4; high[$2] = $5
  why[$2] = $6; for (i = 7; i <= NF; i++) why[$2] = why[$2] " " $i
  next
}
FNR != NR && /^kernel / { print "Linux " $2 ", two nodes of 1 GiB and 2 CPUs each, models of two shards of 16 MiB\n" }
FNR != NR && /^thread / { threads++; bound += $2 == "2-3" }
FNR != NR && /^\{"files":/ {
  parts = split($0, files, /\{"path":"\/models\//)
  for (f = 2; f <= parts; f++) {
    name = files[f]; sub(/\/.*/, "", name)
    match(files[f], /"residentBytes":[0-9]+/)
    resident[name] += substr(files[f], RSTART + 16, RLENGTH - 16)
    rest = files[f]
    while (match(rest, /\{"node":[0-9]+,"residentBytes":[0-9]+/)) {
      split(substr(rest, RSTART, RLENGTH), pair, /[:,]/)
      lies[name, pair[2]] += pair[4]
      rest = substr(rest, RSTART + RLENGTH)
    }
  }
}
END {
  print "| model | why | wanted | resident | found | |"
  print "|---|---|---|---:|---|---|"
  for (i = 1; i <= count; i++) {
    name = names[i]
    percent = resident[name] > 0 ? 100 * lies[name, node[name]] / resident[name] : 0
    good = percent >= low[name] && percent <= high[name] && resident[name] >= 33554432 * 0.99
    bad += !good
    printf "| %s | %s | %d to %d %% on node %d | %.1f MiB | %.2f %% | %s |\n", name, why[name], low[name], high[name], \
      node[name], resident[name] / 1048576, percent, good ? "yes" : "**no**"
  }
  printf "\n%d of %d threads that fetched for the first model were bound to CPUs 2 and 3.\n", bound, threads
  exit bad > 0 || bound == 0
}
