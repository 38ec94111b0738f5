# Rscript --vanilla austen.R FOLDER: writes the six novels of the package janeaustenr as UTF-8 text,
# one line of the edition a line, in the order of their publication. The bytes depend on nothing
# but the package: no locale, no platform line ends.
suppressPackageStartupMessages(library(janeaustenr))
folder <- commandArgs(trailingOnly = TRUE)[1]

novels <- list(
  "1_sense_and_sensibility" = sensesensibility,
  "2_pride_and_prejudice" = prideprejudice,
  "3_mansfield_park" = mansfieldpark,
  "4_emma" = emma,
  "5_northanger_abbey" = northangerabbey,
  "6_persuasion" = persuasion
)

for (title in names(novels)) {
  out <- file(file.path(folder, paste0(title, ".txt")), open = "wb")
  writeLines(enc2utf8(novels[[title]]), out, sep = "\n", useBytes = TRUE)
  close(out)
}
