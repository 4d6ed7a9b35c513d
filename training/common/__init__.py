"""What every run of training needs: its folder, its log, its optimizer, reading of corpora."""
