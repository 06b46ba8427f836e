#!/usr/bin/env bash
# Make stix-two-math-subset.woff2 from STIXTwoMath-Regular.ttf (needs fonttools and brotli).
set -euo pipefail

characters=(
  U+20-7E U+A0                                        # ASCII
  U+A8 U+AB U+AC U+AF-B4 U+B7 U+B9 U+BB-BE U+D7 U+F7  # ¨ « ¬ ¯ ° ± ² ³ ´ · ¹ » ¼ ½ ¾ × ÷
  U+C0 U+C7 U+C9 U+E0 U+E2 U+E7-EB U+EE U+EF          # French letters
  U+F4 U+F9 U+FB U+FC U+152 U+153 U+131 U+237         # and dotless i, j
  U+2C6 U+2DC U+302-304                               # hat, tilde, bar: spacing and combining
  U+391-3A1 U+3A3-3A9 U+3B1-3C9 U+3D1 U+3D5 U+3F5     # Greek
  U+2013 U+2014 U+2016 U+2019 U+2026 U+202F U+2030    # – — ‖ ’ … narrow space ‰
  U+2032 U+2033 U+2044                                # ′ ″ fraction slash
  U+2070 U+2074-207F U+2080-208E                      # superscript and subscript digits
  U+2113 U+211D U+2190 U+2192 U+21D2 U+21D4           # ℓ ℝ ← → ⇒ ⇔
  U+2202 U+2207 U+2208 U+220F U+2211 U+2212           # ∂ ∇ ∈ ∏ ∑ −
  U+221A U+221E U+2225 U+2248 U+2260 U+2264 U+2265    # √ ∞ ∥ ≈ ≠ ≤ ≥
  U+2299 U+22A4 U+22C5 U+22EE U+22EF U+22F1           # ⊙ ⊤ ⋅ ⋮ ⋯ ⋱
  U+2308-230B U+27E8 U+27E9                           # ceiling, floor and angle brackets
  U+1D434-1D454 U+210E U+1D456-1D467 U+1D6A4 U+1D6A5  # italic Latin, h and dotless i, j among them
  U+1D6FC-1D71B U+1D7CF                               # italic Greek, bold 1
)

pyftsubset "${1:?usage: subset.sh STIXTwoMath-Regular.ttf}" \
  --unicodes="$(IFS=,; echo "${characters[*]}")" \
  --layout-features=dtls \
  --name-IDs=0,1,2,3,4,5,6,13,14 \
  --no-hinting \
  --flavor=woff2 \
  --output-file="$(dirname "$0")/stix-two-math-subset.woff2"
