"""Chinese language models without a browser: xiangqi, text generation, trees and vectors."""
